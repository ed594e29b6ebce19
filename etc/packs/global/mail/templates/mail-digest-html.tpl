<div style="font-family: sans-serif; font-size: 14px">
<table style="border-collapse: collapse">
{% for each in alerts %}
<tr><td style="padding: 2px 12px 2px 0"><b>{{each.state | upper}}</b></td><td style="padding: 2px 12px 2px 0">{{each.title}}</td><td style="padding: 2px 12px 2px 0">{{each.node_name}}</td><td>{{each.output}}</td></tr>
{% endfor %}
</table>
{% if more > 0 %}
<p>and {{more}} more</p>
{% endif %}
{% if url %}
<p><a href="{{url}}">{{url}}</a></p>
{% endif %}
</div>
