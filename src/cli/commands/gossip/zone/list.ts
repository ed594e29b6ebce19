import type { Api } from '../../../../http/api.ts';
import { defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';
import type { Terminal } from '../../../terminal.ts';

type Zones = Api['GET /agent/zones']['answer'];
type Zone = Zones[string];

export default defineCommand({
  examples: ['gossip zone list', 'gossip zone list --json'],
  route: 'GET /agent/zones',
  async run(_, { agent, terminal }) {
    const zones = await agent.ask('GET /agent/zones', {});
    terminal.show(zones, () => {
      for (const zone of Object.values(zones)) if (zone.parent === null) printTree(zone, { zones, terminal, depth: 0 });
    });
  },
});

interface Place {
  readonly zones: Zones;
  readonly terminal: Terminal;
  /** How many zones are above it. */
  readonly depth: number;
}

function printTree(zone: Zone, { zones, terminal, depth }: Place): void {
  terminal.line(lineOf(zone, { zones, terminal, depth }));
  for (const name of zone['sub-zones']) {
    const below = zones[name];
    if (below) printTree(below, { zones, terminal, depth: depth + 1 });
  }
}

function lineOf(zone: Zone, { terminal, depth }: Place): string {
  const branch = depth === 0 ? '' : `${'   '.repeat(depth - 1)} ${terminal.unicode ? '└' : '-'} `;
  const own = zone.is_our_zone ? [terminal.paint('(zone of this node)', 'green')] : [];
  const parts = [
    branch + terminal.paint(escaped(zone.name), 'magenta'),
    ...own,
    `key: ${keyOf(zone)}`,
    `parent: ${escaped(zone.parent ?? '-')}`,
    `proxies: ${escaped(zone.proxies.join(',')) || '-'}`,
  ];
  return parts.join('  ');
}

function keyOf({ have_gossip_key: has, key_problem: problem }: Zone): string {
  if (problem !== '') return `broken (${escaped(problem)})`;
  return has ? 'yes' : 'no';
}
