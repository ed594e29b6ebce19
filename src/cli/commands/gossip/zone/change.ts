import { failedWith } from '../../../../base/errors.ts';
import { type Context, defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';
import { UsageError } from '../../../failure.ts';
import { homeOf } from '../../../find-agent.ts';

export default defineCommand({
  arguments: '[NAME]',
  options: { reset: { kind: 'flag', description: 'go back to the zone of the configuration' } },
  examples: ['gossip zone change lan', 'gossip zone change --reset'],
  route: 'PUT /agent/zone',
  local: 'itself',
  async run({ args: [name], options }, context) {
    if ((name === undefined) !== options.reset) {
      throw new UsageError('give the NAME of a zone or --reset, and not both (see opsbro gossip zone list)');
    }
    const { terminal } = context;
    const zone = name ?? null;
    const answer = (await askAgent(zone, context)) ?? (await setHere(zone, context));
    terminal.show(answer, () => terminal.line(escaped(answer.text)));
    return answer.success ? 0 : 1;
  },
});

async function askAgent(zone: string | null, { agent, globals }: Context) {
  if (globals.local) return undefined;
  try {
    return await agent.ask('PUT /agent/zone', { body: { zone } });
  } catch (error) {
    if (failedWith(error, 'unreachable')) return undefined;
    throw error;
  }
}

/** Without an agent it is written down for the next one. */
async function setHere(zone: string | null, { globals, world, terminal }: Context) {
  const { setZone } = await import('../../../../agent/local-zones.ts');
  const set = await setZone(homeOf(globals, world), zone);
  terminal.note(`note: ${globals.local ? '' : 'no agent is running; '}looked at this machine directly`);
  return { success: true, text: `the agent will start in zone ${set}` };
}
