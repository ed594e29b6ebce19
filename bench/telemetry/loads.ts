import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kernelDrops } from '../../src/net/udp-drops.ts';
import { soon } from '../agents.ts';
import { bundledProgram } from '../bundled.ts';
import type { Running, Workplace } from '../workplace.ts';

/** What a sender sent, and what became of it. */
export interface Sent {
  readonly packets: number;
  readonly count: number;
  readonly seconds: number;
  /** When the sender was started, as `performance.now` of the bench. */
  readonly started: number;
}

/** The ports of the doors of `server.ts`. */
export interface Ports {
  readonly statsd: number;
  readonly graphite: number;
  readonly pickle: number;
}

/** Starts our doors over a store of their own, on the first processor. */
export async function startOurs(place: Workplace, folder: string): Promise<Running & { readonly ports: Ports }> {
  const directory = join(await place.directory(folder), 'ts');
  // As bin/opsbro starts an agent.
  const args = [
    '--max-semi-space-size=2',
    '--v8-pool-size=1',
    '--no-allocation-site-pretenuring',
    '--interrupt-budget=250000',
    await bundledProgram('bench/telemetry/server.ts'),
    directory,
  ];
  const running = place.start('taskset', ['-c', '0', process.execPath, ...args], { MALLOC_ARENA_MAX: '1' });
  const ports = await soon(running, async () => {
    const [line] = running
      .printed()
      .split('\n')
      .filter((each) => each.startsWith('{'));
    return line === undefined ? undefined : (JSON.parse(line) as Ports);
  });
  return { ...running, ports };
}

/** Sends a load to its end, from the second processor. */
export async function send(place: Workplace, ...words: readonly (string | number)[]): Promise<Sent> {
  const program = await bundledProgram('bench/telemetry/send.ts');
  const started = performance.now();
  const running = place.start('taskset', ['-c', '1', process.execPath, program, ...words.map(String)]);
  await new Promise((resolve) => running.child.once('close', resolve));
  await place.stop(running);
  const printed = JSON.parse(running.printed().trim().split('\n').at(-1) ?? '') as Omit<Sent, 'started'>;
  return { ...printed, started };
}

/** Processor seconds of all threads of a process, to the nanosecond. */
export async function cpuOf(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const each = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, 'latin1').catch(() => '0')),
  );
  return each.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e9;
}

/** Bytes of memory that are resident. */
export async function residentOf(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
}

/** How many datagrams to a port of loopback the kernel has thrown away. */
export const dropsAt = (port: number): number => kernelDrops([{ address: '127.0.0.1', port }]);

/** Resolves when a process has done next to nothing for a second and a half; answers when it began to. */
export async function settled(pid: number): Promise<number> {
  let quiet = performance.now();
  let last = await cpuOf(pid);
  for (let looks = 0; looks < 60 && performance.now() - quiet < 1_500; looks++) {
    await pause(300);
    const now = await cpuOf(pid);
    if (now - last > 0.02) quiet = performance.now();
    last = now;
  }
  return quiet;
}
