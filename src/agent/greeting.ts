interface Greeted {
  readonly version: string;
  readonly name: string;
  readonly groups: Iterable<string>;
  readonly zone: string;
  readonly domain: string;
  /** By door, the ports that are bound. */
  readonly ports: Readonly<Record<string, number>>;
  readonly socket: string;
  readonly warnings: readonly string[];
  /** How this agent is called from a shell, such as `opsbro --home /tmp/two`. */
  readonly command: string;
}

/** What an agent says when it is up: who it is, what it found, where its doors are, how to stop it. */
export function greeting({ version, name, groups, zone, domain, ports, socket, warnings, command }: Greeted): string {
  const { http, dns, gossip, statsd, graphite } = ports;
  const lines = [
    ...warnings.map((warning) => `WARNING: ${warning}`),
    `opsbro ${version} runs as node ${name}`,
    `  groups   ${[...groups].join(', ') || 'none yet'}`,
    ...(http === undefined ? [] : [`  page     http://127.0.0.1:${http}/`, `  API      http://127.0.0.1:${http}/docs`]),
    `  socket   ${socket}`,
    ...(dns === undefined ? [] : [`  DNS      dig @127.0.0.1 -p ${dns} ${name}.name.${zone}${domain}`]),
    ...(statsd === undefined ? [] : [`  statsd   127.0.0.1:${statsd}, UDP and TCP`]),
    ...(graphite === undefined ? [] : [`  Graphite 127.0.0.1:${graphite}, lines of: name value time`]),
    ...(gossip === undefined ? [] : [`  others   opsbro gossip join 127.0.0.1:${gossip}`]),
    `  stop it with Ctrl-C, or: ${command} agent stop`,
  ];
  return `${lines.join('\n')}\n`;
}
