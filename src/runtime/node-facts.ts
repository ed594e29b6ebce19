interface NamedNode {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly address: string;
  readonly zone: string;
}

/** What macros may ask of this node, under its own names and those of Nagios. */
export function macroFacts({ id, name, displayName, address, zone }: NamedNode): Map<string, string> {
  return new Map([
    ['node.id', id],
    ['node.name', name],
    ['node.display_name', displayName],
    ['node.addr', address],
    ['node.zone', zone],
    ['HOSTNAME', name],
    ['HOSTADDRESS', address],
  ]);
}
