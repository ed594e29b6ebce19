import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Adapter } from './adapter.ts';
import { NetworkNamespace } from './namespace.ts';
import { until } from './waiting.ts';
import { allSeeAll, Watched } from './watched.ts';

const PORT = 7_946;
const FORM_MS = 90_000;
const HEAL_MS = 600_000;
const HALVES = ['left', 'right'] as const;

/** One cut of a pool in two halves. Times in milliseconds; nothing when it did not happen in time. */
export interface Cut {
  /** From the cut until each half took the whole other one for dead. */
  readonly noticedMs: number | undefined;
  /** From the end of the cut until all saw all again. */
  readonly healedMs: number | undefined;
  /** Deaths told of members of the own half. */
  readonly falseDeaths: number;
}

/**
 * Members in networks of their own, on two bridges that one cable joins: pulling it leaves each member's own interface and routes as they
 * were.
 */
class DividedNetwork implements Disposable {
  readonly #bridges = new NetworkNamespace();
  readonly homes: NetworkNamespace[] = [];

  constructor(size: number) {
    for (const half of HALVES) {
      this.#bridges.link('add', half, 'type', 'bridge');
      this.#bridges.link('set', half, 'up');
    }
    this.#bridges.link('add', 'end-left', 'type', 'veth', 'peer', 'name', 'end-right');
    for (const half of HALVES) this.#bridges.link('set', `end-${half}`, 'master', half);
    for (let index = 0; index < size; index += 1) this.#plugIn(index, index < size / 2 ? 'left' : 'right');
  }

  cable(state: 'up' | 'down'): void {
    for (const half of HALVES) this.#bridges.link('set', `end-${half}`, state);
  }

  [Symbol.dispose](): void {
    for (const home of this.homes) home[Symbol.dispose]();
    this.#bridges[Symbol.dispose]();
  }

  #plugIn(index: number, half: (typeof HALVES)[number]): void {
    const home = new NetworkNamespace();
    this.homes.push(home);
    const plug = `plug-${index}`;
    this.#bridges.link('add', plug, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', home.name);
    this.#bridges.link('set', plug, 'master', half);
    this.#bridges.link('set', plug, 'up');
    home.address(`${addressOf(index)}/24`, 'eth0');
    home.link('set', 'eth0', 'up');
  }
}

/** Cuts a pool in two halves again and again, and sees how each cut is noticed and healed. */
export async function measureCuts(
  adapters: readonly Adapter[],
  size: number,
  { cutMs, rounds }: { readonly cutMs: number; readonly rounds: number },
): Promise<Cut[]> {
  const folder = await mkdtemp(join(tmpdir(), 'opsbro-bench-cut-'));
  const members: Watched[] = [];
  using network = new DividedNetwork(size);
  try {
    network.cable('up');
    await startMembers({ adapters, network, folder, members });
    const cuts: Cut[] = [];
    for (let round = 0; round < rounds; round += 1) cuts.push(await cutOnce(network, members, cutMs));
    return cuts;
  } finally {
    await Promise.all(members.map((member) => member.end()));
    await rm(folder, { recursive: true, force: true });
  }
}

interface Starting {
  readonly adapters: readonly Adapter[];
  readonly network: DividedNetwork;
  readonly folder: string;
  readonly members: Watched[];
}

async function startMembers({ adapters, network, folder, members }: Starting): Promise<void> {
  for (const [index, home] of network.homes.entries()) {
    const adapter = adapters[index % adapters.length];
    if (!adapter) throw new Error('a pool needs an adapter');
    const directory = join(folder, String(index));
    await mkdir(directory);
    const seed = index === 0 ? {} : { join: `${addressOf(0)}:${PORT}` };
    const place = { name: `n${index}`, address: addressOf(index), port: PORT, directory, ...seed };
    members.push(await Watched.start(adapter, place, home));
    await pause(index === 0 ? 1_500 : 30);
  }
  if (!(await until(() => allSeeAll(members), FORM_MS))) throw new Error('the members do not all see each other');
  await pause(5_000);
}

async function cutOnce(network: DividedNetwork, members: readonly Watched[], cutMs: number): Promise<Cut> {
  const isLeft = (member: Watched) => members.indexOf(member) < members.length / 2;
  const othersOf = (member: Watched) => members.filter((other) => isLeft(other) !== isLeft(member));
  const isSplit = () => members.every((member) => othersOf(member).every(({ name }) => member.failed.has(name)));
  const cutAt = performance.now();
  network.cable('down');
  const noticedMs = (await until(isSplit, cutMs)) ? performance.now() - cutAt : undefined;
  await pause(Math.max(0, cutAt + cutMs - performance.now()));
  const joinedAt = performance.now();
  network.cable('up');
  const healedMs = (await until(() => allSeeAll(members), HEAL_MS)) ? performance.now() - joinedAt : undefined;
  const falseDeaths = members.reduce((sum, member) => {
    const others = new Set(othersOf(member).map(({ name }) => name));
    return sum + member.accusations.filter(({ member: name, at }) => at > cutAt && !others.has(name)).length;
  }, 0);
  await pause(5_000);
  return { noticedMs, healedMs, falseDeaths };
}

const addressOf = (index: number): string => `10.77.0.${index + 1}`;
