import { z } from 'zod';
import { delay } from '../base/clock.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { namesIn, readIfThere } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';

/** More processes than these are counted, but not looked at. */
const MOST = 50_000;

/** After so many processes others get their turn. */
const AT_ONCE = 500;

/** Letters of the kernel, and what they stand for. */
const STATES: ReadonlyMap<string, string> = new Map([
  ['R', 'Processes that run or could.'],
  ['S', 'Processes that sleep.'],
  ['D', 'Processes that wait for a disk or the like and cannot be woken.'],
  ['Z', 'Processes that have ended and that their parent has not asked after.'],
  ['T', 'Processes that were stopped, by a signal or a debugger.'],
  ['I', 'Idle threads of the kernel.'],
]);

export default defineCollector({
  name: 'processes',
  description: 'How many processes there are, and what they are at.',
  intervalMs: 30_000,
  options: z.object({}),
  keys: [
    { key: 'total', kind: 'gauge', unit: '', meaning: 'Processes there are.' },
    ...Array.from(STATES, ([state, meaning]): KeyDoc => ({ key: `states.${state}`, kind: 'gauge', unit: '', meaning })),
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const ids = (await namesIn(host, '/proc')).filter((name) => /^\d+$/.test(name));
    if (ids.length === 0) throw new NotEligible('this system has no processes in /proc');
    return { total: ids.length, states: await countStates(host, ids.slice(0, MOST), signal) };
  },
});

async function countStates(host: Host, ids: readonly string[], signal: AbortSignal): Promise<Metrics> {
  const counts = new Map(Array.from(STATES.keys(), (state) => [state, 0]));
  for (const [at, id] of ids.entries()) {
    if (at > 0 && at % AT_ONCE === 0) await delay(host.clock, 1, signal);
    const state = stateIn((await readIfThere(host, `/proc/${id}/stat`)) ?? '');
    const count = counts.get(state);
    if (count !== undefined) counts.set(state, count + 1);
  }
  return Object.fromEntries(counts);
}

/** The letter of a process's state in the line of its `stat`; the name before it may have blanks and brackets itself. Empty when there is none. */
export function stateIn(stat: string): string {
  const letter = stat.charAt(stat.lastIndexOf(')') + 2);
  // Under a debugger: also stopped. Old kernels have more letters for the same.
  return letter === 't' ? 'T' : letter;
}
