import type { Api } from '../../../http/api.ts';
import { checkLines, serviceLines } from '../../check-text.ts';
import { type Context, defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { whenInitialized } from '../../initialized.ts';
import type { Terminal } from '../../terminal.ts';

type State = Api['GET /monitoring/state']['answer'];
type Check = State['checks'][string];

const STATES = ['ok', 'warning', 'critical', 'unknown', 'pending'];

export default defineCommand({
  arguments: '[NODE]',
  options: {
    state: { kind: 'value', placeholder: 'S', description: 'only checks in this state' },
    zone: { kind: 'flag', description: 'every node of the zone, as it is known here' },
    pack: { kind: 'value', placeholder: 'P', description: 'only checks of this pack' },
  },
  examples: ['monitoring state', 'monitoring state node2 --state critical'],
  route: 'GET /monitoring/state',
  async run({ args: [node], options }, context) {
    const wanted = options.state?.toLowerCase();
    if (wanted !== undefined && !STATES.includes(wanted)) {
      throw new UsageError(`--state: "${options.state}" is no state of a check; possible: ${STATES.join(', ')}`);
    }
    await whenInitialized(context);
    const fits = ({ state, pack_name }: Check) =>
      (wanted === undefined || state === wanted) && (options.pack === undefined || pack_name === options.pack);
    const nodes = await nodesAsked(node, options.zone, context);
    const shown = nodes.map((each) => ({
      ...each,
      checks: Object.fromEntries(Object.entries(each.checks).filter(([, check]) => fits(check))),
      services: Object.fromEntries(
        Object.entries(each.services).filter(([, { state }]) => wanted === undefined || state === wanted),
      ),
    }));
    const { terminal } = context;
    const [only] = shown;
    terminal.show(options.zone ? shown : only, () => {
      for (const each of shown) printNode(each, nodes.length > 1 || node !== undefined, terminal);
    });
  },
});

/** This node, the one that is named, or all of the zone. */
async function nodesAsked(node: string | undefined, isZone: boolean, { agent }: Context): Promise<State[]> {
  const of = (ref: string) => agent.ask('GET /monitoring/state/:ref', { params: { ref } });
  if (!isZone) return [node === undefined ? await agent.ask('GET /monitoring/state', {}) : await of(node)];
  const members = Object.values(await agent.ask('GET /agent/members', {})).filter(({ kind }) => kind === 'opsbro');
  return await Promise.all(members.map(({ uuid }) => of(uuid)));
}

function printNode({ name, node_state, checks, services }: State, isTitled: boolean, terminal: Terminal): void {
  if (isTitled) terminal.title(escaped(node_state === 'alive' ? name : `${name} (${node_state})`));
  for (const service of Object.values(services)) {
    for (const line of serviceLines(service, terminal)) terminal.line(line);
  }
  const each = Object.values(checks);
  for (const check of each) for (const line of checkLines(check, terminal)) terminal.line(line);
  if (each.length === 0) terminal.note('no checks');
}
