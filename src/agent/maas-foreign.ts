import { systemClock } from '../base/clock.ts';
import { systemHost } from '../net/system-host.ts';
import { LineFault } from '../openstack/command-line.ts';
import { runForeignProgram } from '../openstack/foreign.ts';
import type { MaasWorld } from './maas.ts';

const TIMEOUT_MS = 60_000;
const STAY_MS = 60_000;

/** Runs a program that speaks in lines of status and metrics, and shows what was read of it. */
export async function runForeign(words: readonly string[], { out, environment }: MaasWorld): Promise<number> {
  const behind = words[0] === '--' ? words.slice(1) : words;
  const [program, ...args] = behind;
  if (program === undefined) throw new LineFault('which program? write opsbro maas run -- COMMAND');
  await using host = systemHost(systemClock);
  const stay = setInterval(() => {}, STAY_MS);
  try {
    const { state, status, isError, metrics, warnings } = await runForeignProgram(
      host,
      { argv: [program, ...args], timeoutMs: TIMEOUT_MS, env: { PATH: environment['PATH'] ?? '' } },
      new AbortController().signal,
    );
    const shown = metrics.map((metric) => ({
      ...metric,
      value: typeof metric.value === 'bigint' ? String(metric.value) : metric.value,
    }));
    out(`${JSON.stringify({ state, status, metrics: shown, warnings }, null, 2)}\n`);
    return isError || state === 'unavailable' ? 1 : 0;
  } finally {
    clearInterval(stay);
  }
}
