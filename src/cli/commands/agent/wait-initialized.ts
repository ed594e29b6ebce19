import { systemClock } from '../../../base/clock.ts';
import { failedWith } from '../../../base/errors.ts';
import { type Context, defineCommand } from '../../command.ts';
import { pause } from '../../initialized.ts';
import { type Known, numberIn } from '../../waiting.ts';

const PATIENCE_MS = 30_000;
const LOOK_MS = 100;
const LONGEST_MS = 25_000;

export default defineCommand({
  examples: ['agent wait-initialized', 'agent wait-initialized --timeout 5s'],
  route: 'GET /agent/state',
  async run(_, context) {
    const { terminal, globals } = context;
    const patience = globals.timeoutMs ?? PATIENCE_MS;
    const until = systemClock.now() + patience;
    let state = await stateOf(context);
    let known: Known = {};
    for (let left = patience; state !== 'ok' && left > 0; left = until - systemClock.now()) {
      known = await news(context, { ...known, wait: `${Math.ceil(Math.min(left, LONGEST_MS))}ms` });
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

/** Waits until the agent has news of how it is, and gives what is known by then. One that cannot tell is looked at again soon. */
async function news({ agent }: Context, known: Known): Promise<Known> {
  try {
    return numberIn((await agent.askWhole('GET /agent/health', { query: known })).headers);
  } catch {
    await pause(LOOK_MS);
    return {};
  }
}
