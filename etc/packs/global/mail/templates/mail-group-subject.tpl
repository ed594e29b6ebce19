Group {{group}}: {{group_modification}}
