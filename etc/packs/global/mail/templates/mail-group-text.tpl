Groups of this node: {{group_modification}} {{group}}.
