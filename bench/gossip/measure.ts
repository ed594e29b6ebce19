import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { median } from '../case.ts';
import { usageOf } from '../usage.ts';
import type { Adapter } from './adapter.ts';
import { WatchedPool } from './pool.ts';
import { until } from './waiting.ts';
import { allSeeAll, type Watched } from './watched.ts';

const run = promisify(execFile);
const EVENT_PATIENCE_MS = 8_000;
const KILL_PATIENCE_MS = 120_000;
const MIB = 1_048_576;

/** How long and how often the phases of a measurement are. */
export interface Effort {
  readonly idleMs: number;
  readonly events: number;
  readonly kills: number;
}

/** What one pool of one kind did. Times in milliseconds. */
export interface Measured {
  /** From the answer to the newcomer's own exchange until the last member saw it. */
  readonly joinAll: number;
  /** Of each event: until the slowest member had it. */
  readonly eventAll: readonly number[];
  readonly eventsLost: number;
  readonly deliveries: number;
  /** Of each kill: until all others took the victim for dead. */
  readonly killAll: readonly number[];
  /** Bytes a second and member while nothing happens, headers included. */
  readonly idleBytes: number;
  readonly idleDatagrams: number;
  readonly connectsPerMinute: number;
  /** Seconds of processor time a minute, and resident MiB, of the middle member of each implementation. */
  readonly cost: ReadonlyMap<string, { readonly cpu: number; readonly resident: number }>;
  /** Warnings and errors that members logged while nothing was broken. */
  readonly complaints: ReadonlyMap<string, readonly string[]>;
  /** Members taken for dead while nothing was broken. */
  readonly falseDeaths: number;
}

/** Builds a pool, has it join, tell, idle and lose members, and tears it down. */
export async function measure(adapters: readonly Adapter[], size: number, effort: Effort): Promise<Measured> {
  await using pool = await WatchedPool.open(adapters);
  await pool.startAll(size - 1);
  await pool.complete();
  await pause(2_000);
  const joinAll = await timeJoin(pool, size - 1);
  await pause(5_000);
  const told = await timeEvents(pool, effort.events);
  await pause(8_000);
  const idle = await observeIdle(pool, effort.idleMs);
  const complaints = new Map(adapters.map(({ name }) => [name, complaintsOf(pool.members, name)]));
  const falseDeaths = pool.members.reduce((sum, { accusations }) => sum + accusations.length, 0);
  const killAll = await timeKills(pool, effort.kills);
  return { joinAll, ...told, ...idle, complaints, falseDeaths, killAll };
}

/** Starts one more member; until all others see it, from the answer to its own exchange. */
async function timeJoin(pool: WatchedPool, index: number): Promise<number> {
  const newcomer = await pool.start(index);
  await pool.complete();
  const others = pool.members.filter((member) => member !== newcomer);
  const answered = Math.min(...others.map(({ name }) => newcomer.seen.get(name) ?? Number.NaN));
  return Math.max(...others.map(({ seen }) => seen.get(newcomer.name) ?? Number.NaN)) - answered;
}

/** Sends events from one member after the other; times count from what the sender itself reports. */
async function timeEvents(pool: WatchedPool, count: number) {
  const { members } = pool;
  const eventAll: number[] = [];
  let eventsLost = 0;
  for (let turn = 0; turn < count; turn += 1) {
    const sender = members[turn % members.length];
    if (!sender) continue;
    const name = `event-${turn}`;
    const [program, ...args] = pool.namespace.inside(sender.adapter.event(sender.place, name, `payload ${turn}`));
    await run(program, args);
    await until(() => members.every(({ events }) => events.has(name)), EVENT_PATIENCE_MS);
    const times = members.flatMap(({ events }) => events.get(name) ?? []);
    eventsLost += members.length - times.length;
    const sent = sender.events.get(name);
    if (sent !== undefined && times.length === members.length) eventAll.push(Math.max(...times) - sent);
    await pause(150);
  }
  return { eventAll, eventsLost, deliveries: count * members.length };
}

async function observeIdle(pool: WatchedPool, ms: number) {
  const { members, namespace } = pool;
  const started = performance.now();
  const [before, used] = [await namespace.traffic(), await Promise.all(members.map(({ pid }) => usageOf(pid)))];
  await pause(ms);
  const [after, using] = [await namespace.traffic(), await Promise.all(members.map(({ pid }) => usageOf(pid)))];
  const seconds = (performance.now() - started) / 1_000;
  const each = (count: number) => count / seconds / members.length;
  const cost = new Map<string, { readonly cpu: number; readonly resident: number }>();
  for (const name of new Set(members.map(({ adapter }) => adapter.name))) {
    const mine = members.flatMap(({ adapter }, place) => (adapter.name === name ? [place] : []));
    const cpu = mine.map((place) => (((using[place]?.cpu ?? 0) - (used[place]?.cpu ?? 0)) / seconds) * 60);
    const resident = mine.map((place) => (using[place]?.resident ?? 0) / MIB);
    cost.set(name, { cpu: median(cpu), resident: median(resident) });
  }
  return {
    idleBytes: each(after.bytes - before.bytes),
    idleDatagrams: each(after.datagrams - before.datagrams),
    connectsPerMinute: each(after.connects - before.connects) * 60,
    cost,
  };
}

const complaintsOf = (members: readonly Watched[], name: string): string[] =>
  members.filter(({ adapter }) => adapter.name === name).flatMap(({ complaints }) => complaints);

async function timeKills(pool: WatchedPool, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const victim = pool.members[1 + (turn % (pool.members.length - 1))];
    if (!victim) continue;
    const killedAt = performance.now();
    await victim.end();
    const isKnown = () => pool.living.every(({ failed }) => failed.has(victim.name));
    if (!(await until(isKnown, KILL_PATIENCE_MS))) throw new Error(`not everyone noticed the death of ${victim.name}`);
    times.push(Math.max(...pool.living.map(({ failed }) => failed.get(victim.name) ?? Number.NaN)) - killedAt);
    await pause(1_000);
    await pool.start(pool.members.indexOf(victim));
    await pool.complete();
    await pause(3_000);
  }
  return times;
}

/** What was said of whom while some members stood still. */
export interface Paused {
  /** Deaths told of members that never stood still. */
  readonly healthyAccused: number;
  readonly pausedAccused: number;
  readonly bytes: number;
  /** Until all saw all again. */
  readonly healMs: number;
}

/** Members 1 to `count` stand still for `stillMs` and run for `awakeMs`, over and over. */
export async function measurePauses(
  adapters: readonly Adapter[],
  size: number,
  { count, stillMs, awakeMs, lengthMs }: Record<'count' | 'stillMs' | 'awakeMs' | 'lengthMs', number>,
): Promise<Paused> {
  await using pool = await WatchedPool.open(adapters);
  await pool.startAll(size);
  await pool.complete();
  await pause(5_000);
  const slow = pool.members.slice(1, 1 + count);
  const start = performance.now();
  const before = await pool.namespace.traffic();
  while (performance.now() - start < lengthMs) {
    for (const member of slow) member.signal('SIGSTOP');
    await pause(stillMs);
    for (const member of slow) member.signal('SIGCONT');
    await pause(awakeMs);
  }
  const seconds = (performance.now() - start) / 1_000;
  const bytes = ((await pool.namespace.traffic()).bytes - before.bytes) / seconds / size;
  const slowNames = new Set(slow.map(({ name }) => name));
  const accused = pool.members.flatMap(({ accusations }) => accusations.filter(({ at }) => at > start));
  const healthyAccused = accused.filter(({ member }) => !slowNames.has(member)).length;
  const healing = performance.now();
  await until(() => allSeeAll(pool.members), KILL_PATIENCE_MS);
  return { healthyAccused, pausedAccused: accused.length - healthyAccused, bytes, healMs: performance.now() - healing };
}
