<div style="font-family: sans-serif; font-size: 14px">
<p>The check <b>{{check.name}}</b> switched to <b>{{check.state}}</b> state at {{_time}} with the output:</p>
<pre style="padding: 8px; background: #f4f4f4">{{check.output}}{% if check.long_output %}

{{check.long_output}}{% endif %}</pre>
<table style="border-collapse: collapse">
<tr><td style="padding: 2px 12px 2px 0">Node</td><td>{{node.name}}{% if node.addr %} ({{node.addr}}){% endif %}</td></tr>
{% if node.groups %}
<tr><td style="padding: 2px 12px 2px 0">Groups</td><td>{{node.groups | join(", ")}}</td></tr>
{% endif %}
<tr><td style="padding: 2px 12px 2px 0">Since</td><td>{{since}}</td></tr>
{% if check.runbook %}
<tr><td style="padding: 2px 12px 2px 0">Runbook</td><td>{{check.runbook}}</td></tr>
{% endif %}
{% if url %}
<tr><td style="padding: 2px 12px 2px 0">More</td><td><a href="{{url}}">{{url}}</a></td></tr>
{% endif %}
</table>
</div>
