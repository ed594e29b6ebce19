import { delay, systemClock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Context } from './command.ts';

const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

/** Waits while the agent looks around for the first time, as what it knows of itself before that is little. `--no-wait` asks at once. */
export async function whenInitialized({ agent, globals, terminal }: Context): Promise<void> {
  if (!globals.wait) return;
  const started = systemClock.now();
  for (;;) {
    if ((await agent.ask('GET /agent/state', {})) !== 'initializing') return;
    const waited = systemClock.now() - started;
    if (waited > PATIENCE_MS) throw new OpsbroError('initializing', 'the agent is still starting after 30 s');
    if (waited < LOOK_MS) terminal.note('note: the agent is just starting; waiting for it (--no-wait asks at once)');
    await pause(LOOK_MS);
  }
}

/** Waits as a command does that has nothing else to do: the process stays for it. */
export function pause(ms: number): Promise<void> {
  const stay = setInterval(() => {}, ms);
  return delay(systemClock, ms).finally(() => clearInterval(stay));
}
