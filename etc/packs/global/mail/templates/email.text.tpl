{% if action == 'acked' %}
Acknowledged by {{alert.acked.by}}: {{alert.acked.comment}}

{% endif %}
The check switch state at {{_time}} with the output:
{{check['output']}}
{% if check.long_output %}
{{check.long_output}}
{% endif %}

Node: {{node.name}}{% if node.addr %} ({{node.addr}}){% endif %}{% if node.display_name %} [{{node.display_name}}]{% endif %}

{% if node.groups %}
Groups: {{node.groups | join(', ')}}
{% endif %}
Since: {{since}}
{% if check.runbook %}
Runbook: {{check.runbook}}
{% endif %}
{% if url %}
More: {{url}}
{% endif %}
