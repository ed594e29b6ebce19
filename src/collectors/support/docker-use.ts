import { delay } from '../../base/clock.ts';
import { failedWith } from '../../base/errors.ts';
import { numberIn } from '../../base/numbers.ts';
import type { Host } from '../../net/host.ts';
import { readIfThere } from '../../plugins/files.ts';
import { sinceLast } from '../../plugins/rates.ts';
import { placeOf } from './cgroup-place.ts';
import { type CgroupSample, sampleOf } from './cgroup-sample.ts';
import { valuesOf } from './cgroup-values.ts';
import type { Engine } from './docker-engine.ts';
import { EngineStats, sampleOfStats } from './docker-stats.ts';

/** After so many containers others get their turn. */
const AT_ONCE = 10;

/** A running container, by what its use is found. */
export interface RunningContainer {
  readonly id: string;
  readonly pid: number;
}

interface Looking {
  readonly host: Host;
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/** Finds out what containers use, from the files of the kernel where those can be seen, else from the engine. */
export class ContainerUse {
  readonly #pairs = new Map<string, ReturnType<typeof sinceLast<CgroupSample>>>();

  /** What each uses, by id and then by key. One that has ended meanwhile is left out. */
  async of(
    containers: readonly RunningContainer[],
    looking: Looking,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
    const { clock } = looking.host;
    const present = new Set(containers.map(({ id }) => id));
    for (const id of this.#pairs.keys()) if (!present.has(id)) this.#pairs.delete(id);
    const use = new Map<string, ReadonlyMap<string, number>>();
    for (const [at, container] of containers.entries()) {
      if (at > 0 && at % AT_ONCE === 0) await delay(clock, 1, looking.signal);
      const sample = (await fromKernel(container, looking)) ?? (await fromEngine(container, looking));
      if (!sample) continue;
      const pairOf = this.#pairs.get(container.id) ?? sinceLast<CgroupSample>();
      this.#pairs.set(container.id, pairOf);
      use.set(container.id, valuesOf(sample, pairOf(clock, sample)));
    }
    return use;
  }
}

async function fromKernel({ id, pid }: RunningContainer, { host }: Looking): Promise<CgroupSample | undefined> {
  const cgroup = pid > 0 ? await readIfThere(host, `/proc/${pid}/cgroup`) : undefined;
  // In a container of our own, that number is of some other process.
  if (!cgroup?.includes(id)) return undefined;
  const place = placeOf(cgroup);
  if (!place) return undefined;
  const { gauges, counters } = await sampleOf(place, host);
  if (gauges.size === 0) return undefined;
  const network = parseNetwork((await readIfThere(host, `/proc/${pid}/net/dev`)) ?? '');
  return { gauges, counters: new Map([...counters, ...network]) };
}

async function fromEngine(
  { id }: RunningContainer,
  { host, engine, signal }: Looking,
): Promise<CgroupSample | undefined> {
  try {
    const stats = EngineStats.parse(await engine.ask(`/containers/${id}/stats?stream=false&one-shot=true`, signal));
    const memory = /^MemTotal:\s+(\d+) kB$/m.exec((await readIfThere(host, '/proc/meminfo')) ?? '')?.[1];
    return sampleOfStats(stats, 1_024 * (numberIn(memory) ?? 0));
  } catch (error) {
    if (failedWith(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Bytes received and sent over all interfaces but the loopback, from `/proc/PID/net/dev`. */
export function parseNetwork(dev: string): [string, number][] {
  const bytes = { received: 0, sent: 0, interfaces: 0 };
  for (const line of dev.split('\n')) {
    const [, name, numbers = ''] = /^\s*([^:]+):\s*(.*)$/.exec(line) ?? [];
    const [received, , , , , , , , sent] = numbers.split(/\s+/).map(numberIn);
    if (name === undefined || name === 'lo' || received === undefined || sent === undefined) continue;
    bytes.received += received;
    bytes.sent += sent;
    bytes.interfaces += 1;
  }
  return bytes.interfaces === 0
    ? []
    : [
        ['net.rx_bytes', bytes.received],
        ['net.tx_bytes', bytes.sent],
      ];
}
