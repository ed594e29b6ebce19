{% for each in alerts %}
{{each.state | upper}} {{each.title}} on {{each.node_name}}{% if each.output %}: {{each.output}}{% endif %}

{% endfor %}
{% if more > 0 %}
and {{more}} more
{% endif %}
{% if url %}

More: {{url}}
{% endif %}
