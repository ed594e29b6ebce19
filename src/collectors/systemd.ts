import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Ended, Host } from '../net/host.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';

/** Old versions do not know of JSON and print columns, which is as good. */
const COMMAND = ['systemctl', 'list-units', '--all', '--full', '--plain', '--no-legend', '--no-pager', '--output=json'];
const LIMIT_MS = 5_000;
const OUTPUT_BYTES = 4_194_304;
const SHOWN_FAILED = 200;

const STATES: ReadonlyMap<string, string> = new Map([
  ['active', 'Units that are up.'],
  ['inactive', 'Units that are not up.'],
  ['failed', 'Units that ended badly.'],
  ['activating', 'Units that are on their way up.'],
  ['deactivating', 'Units that are on their way down.'],
  ['reloading', 'Units that read their configuration anew.'],
  ['maintenance', 'Units in maintenance.'],
]);

export default defineCollector({
  name: 'systemd',
  description: 'How many units of systemd are up or failed, and which failed.',
  intervalMs: 30_000,
  options: z.object({}),
  keys: [
    { key: 'total', kind: 'gauge', unit: '', meaning: 'Units that are loaded.' },
    ...Array.from(STATES, ([state, meaning]): KeyDoc => ({ key: `units.${state}`, kind: 'gauge', unit: '', meaning })),
    { key: 'failed', kind: 'info', unit: '', meaning: `Names of the failed units, ${SHOWN_FAILED} at most.` },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    if (!(await host.exists('/run/systemd/system'))) throw new NotEligible('this system is not run by systemd');
    const { stdout, stderr, exit, timedOut } = await askSystemd(host, signal);
    if (timedOut) throw new Error(`systemctl gave no answer within ${LIMIT_MS / 1_000}s`);
    if (exit !== 0) throw new Error(`systemctl ended with ${exit}: ${stderr.trim().split('\n')[0]}`);
    return countUnits(parseUnits(stdout));
  },
});

async function askSystemd(host: Host, signal: AbortSignal): Promise<Ended> {
  const [program = '', ...rest] = COMMAND;
  try {
    return await host.run({ argv: [program, ...rest], timeoutMs: LIMIT_MS, outputCap: OUTPUT_BYTES }, signal);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new NotEligible('this system has no systemctl');
    throw error;
  }
}

interface Unit {
  readonly name: string;
  readonly active: string;
}

const Listed = z.array(z.object({ unit: z.string(), active: z.string() }));

/** The units of a list that `systemctl` printed, as JSON or in columns. */
export function parseUnits(printed: string): Unit[] {
  if (printed.trimStart().startsWith('[')) {
    return Listed.parse(JSON.parse(printed)).map(({ unit, active }) => ({ name: unit, active }));
  }
  return printed.split('\n').flatMap((line) => {
    const [name, , active] = line.replace(/^[\s●*]+/u, '').split(/\s+/);
    return name !== undefined && active !== undefined && name.includes('.') ? [{ name, active }] : [];
  });
}

/** How many units are in each state, and the names of those that failed. */
export function countUnits(units: readonly Unit[]): Metrics {
  const counts = new Map(Array.from(STATES.keys(), (state) => [state, 0]));
  for (const { active } of units) {
    const count = counts.get(active);
    if (count !== undefined) counts.set(active, count + 1);
  }
  const failed = units.filter(({ active }) => active === 'failed').map(({ name }) => name);
  return {
    total: units.length,
    units: Object.fromEntries(counts),
    failed: failed.sort().slice(0, SHOWN_FAILED),
  };
}
