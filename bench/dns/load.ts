import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usageOf } from '../usage.ts';
import type { Workplace } from '../workplace.ts';

/** What a server did under full load, and how long it took to answer at a fixed rate. */
export interface Measured {
  /** Answers a second. */
  readonly rate: number;
  /** Seconds of processor time for 100,000 answers. */
  readonly cpu: number;
  /** Microseconds within which 99 of 100 answers came at 2,000 queries a second. */
  readonly p99: number;
}

/** A load of one kind: which queries, over what. */
export interface Load {
  readonly server: { readonly port: number; readonly pid: number };
  readonly queries: readonly string[];
  readonly transport: 'udp' | 'tcp';
  readonly seconds: number;
}

/** Loads a server with dnsperf; fails when an answer is missing or is not NOERROR. */
export async function measure(place: Workplace, { server, queries, transport, seconds }: Load): Promise<Measured> {
  const file = join(place.folder, 'queries');
  await writeFile(file, `${queries.join('\n')}\n`);
  const common = [
    '-s',
    '127.0.0.1',
    '-p',
    String(server.port),
    '-d',
    file,
    '-m',
    transport,
    '-e',
    '-b',
    '4000',
    '-t',
    '2',
    '-T',
    '1',
  ];
  const perf = (...more: readonly string[]) => dnsperf(place, [...common, ...more]);
  await perf('-l', '0.5', '-c', '2', '-q', '50');
  const before = (await usageOf(server.pid)).cpu;
  const full = await perf('-l', String(seconds), '-c', transport === 'tcp' ? '8' : '4', '-q', '100');
  const cpu = (await usageOf(server.pid)).cpu - before;
  const done = figure(full, /Queries completed:\s+(\d+)/);
  const good = figure(full, /NOERROR (\d+)/);
  if (done === 0 || good < done) throw new Error(`not every answer was good:\n${full}`);
  const steady = await perf('-l', '1.5', '-c', '1', '-q', '20', '-Q', '2000', '-v');
  const times = [...steady.matchAll(/^> NOERROR \S+ \S+ (\d+\.\d+)/gm)].map(([, time]) => Number(time) * 1e6);
  const sorted = times.sort((one, other) => one - other);
  return {
    rate: figure(full, /Queries per second:\s+([\d.]+)/),
    cpu: (cpu / done) * 100_000,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  };
}

const figure = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);

/** Runs the load generator to its end, on the second processor where there is one to itself. */
async function dnsperf(place: Workplace, args: readonly string[]): Promise<string> {
  const running = place.start('taskset', ['-c', '1', 'dnsperf', ...args]);
  await new Promise((resolve) => running.child.once('close', resolve));
  await place.stop(running);
  return running.printed();
}
