/** Runs probes of OpenStack for the command line, without an agent. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { didYouMean } from '../base/nearest.ts';
import { isProbe, type Probe } from '../collectors/support/maas-probe.ts';
import { systemHost } from '../net/system-host.ts';
import { LineFault, type ProbeLine, probeHelp, readProbeLine } from '../openstack/command-line.ts';
import { written } from '../openstack/formats.ts';
import { ApiDown, ProbeError } from '../openstack/metric.ts';
import { runProbe } from '../openstack/probing.ts';
import { probeNames } from './maas-probes.ts';
import { tokenFiles } from './maas-tokens.ts';

/** The command line as these probes see it. */
export interface MaasWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder of the agent's data, for a home that is named or the usual one. */
  data(home: string | undefined): string;
  readonly version: string;
  out(text: string): void;
  err(text: string): void;
}

const STAY_MS = 60_000;

/** Runs `opsbro maas` with these words, and gives the code it ends with. */
export async function runMaas(words: readonly string[], world: MaasWorld): Promise<number> {
  const [first = '', ...rest] = words;
  try {
    if (first === '' || first === '-h' || first === '--help') {
      (first === '' ? world.err : world.out)(USAGE);
      return first === '' ? 2 : 0;
    }
    if (first === 'list') return await list(rest, world);
    if (first === 'run') {
      const { runForeign } = await import('./maas-foreign.ts');
      return await runForeign(rest, world);
    }
    return await probe(await probeNamed(first), rest, world);
  } catch (error) {
    if (!(error instanceof LineFault)) throw error;
    world.err(`error: ${error.message} (see opsbro maas --help)\n`);
    return 2;
  }
}

const USAGE = `Usage: opsbro maas PLUGIN [ARGUMENTS] [--options]
       opsbro maas PLUGIN --help
       opsbro maas list [--json]
       opsbro maas run -- COMMAND [ARGUMENTS]

Probes a service of OpenStack, or what OpenStack needs, and prints one line of status and its metrics.

  list               the probes there are
  run                a program that speaks the same format, within its limits
  --output FORMAT    of every probe, how it is told: maas, json, influx, prometheus or nagios

Examples:
  opsbro maas keystone_api_local_check 127.0.0.1
  opsbro maas galera_check --output json
`;

async function list(words: readonly string[], { out }: MaasWorld): Promise<number> {
  const odd = words.find((word) => word !== '--json');
  if (odd !== undefined) throw new LineFault(`"${odd}" is not possible behind list`);
  const probes = await Promise.all((await probeNames()).map(probeNamed));
  const rows = probes.map(({ name, description, probe: { positionals } }) => ({
    name,
    arguments: positionals,
    description,
  }));
  const width = Math.max(...rows.map(({ name }) => name.length));
  if (words.length > 0) out(`${JSON.stringify(rows)}\n`);
  else out(rows.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`).join(''));
  return 0;
}

/** Loads just the file of that probe. */
async function probeNamed(written: string): Promise<Probe> {
  const name = written.replace(/\.py$/, '').replaceAll('-', '_');
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = new URL(`../collectors/${name.replaceAll('_', '-')}.${ending}`, import.meta.url);
  if (!/^\w+$/.test(name) || !existsSync(file)) {
    throw new LineFault(`no probe is named "${written}"${didYouMean(name, await probeNames())}`);
  }
  const { default: found } = (await import(file.href)) as { readonly default: unknown };
  if (isProbe(found)) return found;
  throw new LineFault(`"${written}" is a collector, but no probe`);
}

async function probe(found: Probe, words: readonly string[], world: MaasWorld): Promise<number> {
  const line = readProbeLine(found, words);
  if (line === 'help') {
    world.out(probeHelp(found));
    return 0;
  }
  await using host = systemHost(systemClock);
  // The timers of the host do not keep a process alive that has nothing else to do.
  const stay = setInterval(() => {}, STAY_MS);
  try {
    const run = await runProbe(found.probe.runnable(line.options), {
      ...{ host, signal: new AbortController().signal, limitMs: line.limitMs, profile: line.printing.profile },
      environment: new Map(Object.entries(world.environment).filter(isSet)),
      store: tokenFiles(join(world.data(line.home), 'cache')),
      agent: `opsbro/${world.version}`,
      ...(line.isVerbose && { onRequest: verbose(world) }),
    });
    if (isSurprise(run.thrown)) world.err(`${run.thrown.stack}\n`);
    const { text, exit } = written(run, { ...line, ...writingOf(found, line) });
    world.out(text);
    return exit;
  } finally {
    clearInterval(stay);
  }
}

const writingOf = ({ probe: { measurement } }: Probe, { influxIntegers }: ProbeLine) => ({
  measurement,
  integers: influxIntegers ? ('marked' as const) : ('plain' as const),
  wall: systemClock.wall(),
});

const verbose =
  ({ err }: MaasWorld) =>
  ({ method, url, status, ms }: { method: string; url: string; status: number; ms: number }) =>
    err(`${method} ${url} ${status === 0 ? 'no answer' : status} ${ms.toFixed(1)} ms\n`);

const isSet = (entry: [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;

const isSurprise = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && !(thrown instanceof ProbeError || thrown instanceof ApiDown);
