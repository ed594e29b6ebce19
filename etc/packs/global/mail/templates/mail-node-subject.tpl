Node {{node['name']}} is {{alert['state']}}
