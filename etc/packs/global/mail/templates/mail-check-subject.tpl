{{check['display_name']}} is {{check['state']}} ({{check['name']}})
