import { delay, systemClock } from '../base/clock.ts';
import type { Disposal } from '../base/disposal.ts';
import type { Prepared } from './prepare.ts';

/** A timer of the agent does not hold the process, and an agent without doors has nothing else that does. */
const STAY_MS = 1_000;

/**
 * Looks at everything once and ends. Gives the exit code: 0, or 2 when that took too long, or when something is wrong in what people wrote.
 */
export async function lookOnce(
  { agent, world, hasErrors }: Prepared,
  opened: Disposal,
  limitMs: number,
): Promise<number> {
  const stay = setInterval(() => {}, STAY_MS);
  try {
    const late = delay(systemClock, limitMs).then(() => 'late' as const);
    const stopped = agent.stopWanted.then(() => 'stopped' as const);
    const end = await Promise.race([agent.runOnce().then(() => 'done' as const), late, stopped]);
    if (end === 'late') process.stderr.write(`error: one round was not done within ${limitMs / 1_000} s\n`);
    const { health, reasons } = world.health.report();
    if (health !== 'ok') for (const { part, text } of reasons) process.stderr.write(`${part}: ${text}\n`);
    await opened[Symbol.asyncDispose]();
    return end !== 'done' || hasErrors ? 2 : 0;
  } finally {
    clearInterval(stay);
  }
}
