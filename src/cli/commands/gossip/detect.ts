import type { Api } from '../../../http/api.ts';
import { bestToJoin } from '../../../model/detected.ts';
import { type Context, defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { placeText } from '../../member-text.ts';

type Found = Api['POST /agent/detect']['answer'][number];

const WINDOW_MS = 5_000;
const ANSWER_MS = 10_000;
const COLUMNS = [
  { title: 'NAME' },
  { title: 'ZONE' },
  { title: 'ADDRESS:PORT' },
  { title: 'PROXY' },
  { title: 'GROUPS' },
] as const;

export default defineCommand({
  options: {
    'auto-join': {
      kind: 'flag',
      description: 'join the proxy with the highest id, or else the node with the highest id',
    },
    bind: { kind: 'value', placeholder: 'IFACE', description: 'ask by this network interface only' },
  },
  examples: ['gossip detect', 'gossip detect --auto-join --timeout 15'],
  route: 'POST /agent/detect',
  async run({ options }, context) {
    const { agent, terminal, globals } = context;
    const window = globals.timeoutMs ?? WINDOW_MS;
    const body = { timeout: `${window}ms`, ...(options.bind !== undefined && { bind: options.bind }) };
    const found = await agent.ask('POST /agent/detect', { body }, { timeoutMs: window + ANSWER_MS });
    const chosen = options['auto-join'] ? await choice(found, agent) : undefined;
    if (chosen === undefined) {
      terminal.show(found, () => showFound(found, context));
      const isFutile = options['auto-join'] || found.length === 0;
      if (found.length === 0) terminal.error('cannot detect (broadcast UDP) other nodes');
      else if (isFutile) terminal.error('error: none of these nodes is in the zone of this one, so it can join none');
      return isFutile ? 1 : 0;
    }
    const joined = await agent.ask('POST /agent/join', { body: { seeds: [placeText(chosen)] } });
    terminal.show({ found, chosen, joined }, () => {
      showFound(found, context);
      const how = chosen.is_proxy ? PROXY : NO_PROXY;
      terminal.line(`${how}: ${escaped(chosen.name)} (${placeText(chosen)})`);
      terminal.line(`joined ${joined.joined} of 1`);
    });
    for (const why of Object.values(joined.errors)) terminal.error(`error: ${escaped(why)}`);
    return joined.joined > 0 ? 0 : 1;
  },
});

const PROXY = 'A proxy node is detected, using it';
const NO_PROXY = 'No proxy node detected. Using a standard one';

async function choice(found: readonly Found[], agent: Context['agent']): Promise<Found | undefined> {
  if (found.length === 0) return undefined;
  const { zone } = await agent.ask('GET /agent/info', {});
  const candidates = found.map((each) => ({ id: each.uuid, zone: each.zone, isProxy: each.is_proxy, found: each }));
  return bestToJoin(candidates, zone)?.found;
}

function showFound(found: readonly Found[], { terminal }: Context): void {
  if (found.length === 0) return;
  const rows = found.map((each) => [
    escaped(each.name === '' ? '-' : each.name),
    escaped(each.zone),
    escaped(placeText(each)),
    each.is_proxy ? 'yes' : 'no',
    escaped(each.groups.join(',')),
  ]);
  terminal.table(COLUMNS, rows, '');
}
