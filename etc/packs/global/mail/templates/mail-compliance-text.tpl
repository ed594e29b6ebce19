At {{_time}} the compliance {{compliance.get_name()}} became {{compliance.get_state()}}; it was {{compliance.get_old_state()}}.
