Node {{node['name']}} is {{alert['state']}}
{% if alert.why %}
{{alert.why}}
{% endif %}
{% if alert.output %}
{{alert.output}}
{% endif %}

{% if node.addr %}
Address: {{node.addr}}
{% endif %}
{% if zone %}
Zone: {{zone}}
{% endif %}
{% if node.groups %}
Groups: {{node.groups | join(', ')}}
{% endif %}
Since: {{since}}
{% if url %}
More: {{url}}
{% endif %}
