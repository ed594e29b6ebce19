import { systemClock } from '../../../base/clock.ts';
import { failedWith } from '../../../base/errors.ts';
import { type Context, defineCommand } from '../../command.ts';
import { pause } from '../../initialized.ts';

const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

export default defineCommand({
  examples: ['agent wait-initialized', 'agent wait-initialized --timeout 5s'],
  route: 'GET /agent/state',
  async run(_, context) {
    const { terminal, globals } = context;
    const patience = globals.timeoutMs ?? PATIENCE_MS;
    const until = systemClock.now() + patience;
    let state = await stateOf(context);
    while (state !== 'ok' && systemClock.now() < until) {
      await pause(LOOK_MS);
      state = await stateOf(context);
    }
    terminal.show({ state }, () => terminal.line(state));
    if (state === 'ok') return 0;
    terminal.note(`the agent is not initialized after ${patience / 1_000} seconds (currently ${state})`);
    return 2;
  },
});

/** An agent that is not there may be about to start, or to start again. */
async function stateOf({ agent }: Context): Promise<string> {
  try {
    return await agent.ask('GET /agent/state', {});
  } catch (error) {
    if (failedWith(error, 'unreachable')) return 'stopped';
    throw error;
  }
}
