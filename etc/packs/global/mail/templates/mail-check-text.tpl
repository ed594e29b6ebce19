At {{_time}} the check {{check['name']}} of the pack {{check['pack_name']}} became {{check['state']}}.

{{check['output']}}
