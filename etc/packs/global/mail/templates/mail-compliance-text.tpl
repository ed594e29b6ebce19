The compliance {{compliance.get_name()}} did change state from {{compliance.get_old_state()}} to {{compliance.get_state()}}
{% if alert.output %}

{{alert.output}}
{% endif %}
Node: {{node.name}}
