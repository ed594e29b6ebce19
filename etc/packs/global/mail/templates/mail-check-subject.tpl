{% if action == 'acked' %}
Check {{check['name']}} on {{node['name']}} is acknowledged by {{alert.acked.by}}
{%- elif action == 'flapping' %}
Check {{check['name']}} on {{node['name']}} {% if alert.flapping %}is flapping{% else %}has stopped flapping{% endif %}

{%- elif action == 'repeat' or action == 'escalated' %}
Check {{check['name']}} is still in {{check['state']}} state on {{node['name']}}
{%- else %}
Check {{check['name']}} switched to {{check['state']}} state on {{node['name']}}
{%- endif %}
