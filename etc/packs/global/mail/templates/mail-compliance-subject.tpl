Compliance {{compliance.get_name()}} is {{compliance.get_state()}}
