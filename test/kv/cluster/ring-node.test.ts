import { describe, expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { Exchange } from '../../../src/kv/cluster/exchange.ts';
import { Meetings } from '../../../src/kv/cluster/meetings.ts';
import type { Answer, Question } from '../../../src/kv/cluster/messages.ts';
import { Oblivion } from '../../../src/kv/cluster/oblivion.ts';
import { Pace } from '../../../src/kv/cluster/pace.ts';
import type { Ports, Records, Standing } from '../../../src/kv/cluster/ports.ts';
import { RingNode } from '../../../src/kv/cluster/ring-node.ts';
import { Standpoint } from '../../../src/kv/cluster/standpoint.ts';
import { viewOf } from '../../../src/kv/cluster/view.ts';
import { stampAt } from '../../../src/kv/hlc.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import { nodeTag, type Version } from '../../../src/kv/version.ts';
import type { KvCopies } from '../../../src/model/kv.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { TUNING } from '../../support/kv-cluster/cluster.ts';
import { Disk, SimulatedRecords } from '../../support/kv-cluster/disk.ts';

const RING = ['a', 'b', 'c'];
const NEW: Standing = { settled: [], present: [], ready: '', met: new Map(), limit: 0n };
const SETTLED: Standing = { ...NEW, settled: RING, present: RING, ready: viewOf(RING).id };
const NOW = 1_700_000_000_000;

const versionAt = (at: number): Version => ({ stamp: stampAt(NOW + at), tag: nodeTag('x') });

function record(at: number): KvRecord {
  const version = versionAt(at);
  return { version, created: version.stamp, expires: 0, kind: 'value', value: Buffer.from(`${at}`) };
}

interface World {
  readonly records?: Partial<Records>;
  readonly ring?: readonly string[];
  /** Whether the others tell what time it is. */
  readonly hasTime?: boolean;
}

/** Node `a` among others that answer nothing else, and what it answers to `b`. */
async function nodeWith(standing: Standing, { records: over = {}, ring = RING, hasTime = false }: World = {}) {
  const clock = new SimulatedClock(NOW);
  const random = seeded(1);
  const records = Object.assign(new SimulatedRecords(new Disk(), clock, random), over);
  const { id } = viewOf(ring);
  const call: Ports['call'] = async (_node, { question }) => {
    if (!hasTime || question.type !== 'ask') throw new Error('nobody is there');
    return { clock: 0n, wall: clock.wall(), view: id, ready: id, answer: { type: 'done' } };
  };
  const follow = () => Promise.reject(new Error('there is no log'));
  const node = new RingNode(
    { self: 'a', clock, random, records, call, tell() {}, follow, atTurnEnd: (task) => void clock.after(0, task) },
    TUNING,
    standing,
  );
  node.setMembers({ ring, alive: ring });
  const ask = async (question: Question, views = [viewOf(RING).id]): Promise<Answer> => {
    const asked = node.receive('b', { clock: 0n, views, question });
    await clock.runAsync(100);
    return (await asked).answer;
  };
  await clock.runAsync(31_000);
  return { node, ask, clock, [Symbol.dispose]: () => node[Symbol.dispose]() };
}

const refusal = (type: string) => ({ type: 'refused', refusal: expect.objectContaining({ type }) });

describe('what is in memory', () => {
  const inMemory = (held: KvRecord) => ({
    records: { known: () => ({ record: held }) },
    hasTime: true,
  });
  const get = (copies: KvCopies) => ({ op: 'get', key: 'k', copies }) as const;
  /** What comes of it without any time passing. */
  const atOnce = (asked: Promise<unknown>) => Promise.race([asked, Promise.resolve().then(() => 'later')]);

  test('is read at once by who keeps it, when one copy is enough', async () => {
    using world = await nodeWith(SETTLED, inMemory(record(1)));
    expect(await atOnce(world.node.run(get(1)))).toMatchObject({ entry: { key: 'k' }, acked: 1, total: 3 });
    const asked = world.node.run(get('majority'));
    asked.catch(() => {});
    expect(await atOnce(asked)).toBe('later');
  });

  test('is nothing once it has expired', async () => {
    using world = await nodeWith(SETTLED, inMemory({ ...record(1), expires: NOW + 1_000 }));
    expect(await atOnce(world.node.run(get(1)))).toMatchObject({ op: 'get', entry: undefined });
  });

  test('does not count where something may be missing yet', async () => {
    using world = await nodeWith(NEW, inMemory(record(1)));
    const asked = world.node.run(get(1));
    asked.catch(() => {});
    expect(await atOnce(asked)).toBe('later');
  });

  test('counts by itself for who is alone', async () => {
    const alone = { ...NEW, settled: ['a'], present: ['a'], ready: viewOf(['a']).id };
    using world = await nodeWith(alone, { ...inMemory(record(1)), ring: ['a'] });
    expect(await atOnce(world.node.run(get('all')))).toMatchObject({ entry: { key: 'k' }, acked: 1, total: 1 });
    const asked = world.node.run(get(2));
    asked.catch(() => {});
    expect(await atOnce(asked)).toBe('later');
  });
});

describe('a replica', () => {
  test('that has yet to get what belongs to it does not say that there is nothing', async () => {
    using fresh = await nodeWith(NEW);
    expect(await fresh.ask({ type: 'read', key: 'k' })).toMatchObject({ holding: { trust: 'filling' } });
    using settled = await nodeWith(SETTLED);
    expect(await settled.ask({ type: 'read', key: 'k' })).toMatchObject({ holding: { trust: 'whole' } });
  });

  test('takes no part in a request that does not satisfy its ring, and says which that is', async () => {
    using world = await nodeWith(SETTLED);
    const write: Question = { type: 'write', key: 'k', record: record(1) };
    expect(await world.ask(write, [viewOf(['a', 'b']).id])).toEqual({
      type: 'refused',
      refusal: { type: 'view', views: [RING] },
    });
    expect(await world.ask({ type: 'merge', records: [{ key: 'k', record: record(1) }] }, [])).toEqual({
      type: 'done',
    });
  });

  test('writes nothing older than what it promised, whoever brings it', async () => {
    using world = await nodeWith(SETTLED);
    expect(await world.ask({ type: 'prepare', key: 'k', version: versionAt(5) })).toMatchObject({ type: 'holding' });
    expect(await world.ask({ type: 'write', key: 'k', record: record(4) })).toEqual({
      type: 'refused',
      refusal: { type: 'superseded', version: versionAt(5) },
    });
    expect(await world.ask({ type: 'prepare', key: 'k', version: versionAt(4) })).toEqual(refusal('superseded'));
    expect(await world.ask({ type: 'accept', key: 'k', record: record(4) })).toEqual(refusal('conflict'));
    expect(await world.ask({ type: 'accept', key: 'k', record: record(5) })).toEqual({ type: 'done' });
  });

  test('accepts nothing over a record that the one who compares did not see', async () => {
    using world = await nodeWith(SETTLED);
    await world.ask({ type: 'write', key: 'k', record: record(1) });
    await world.ask({ type: 'prepare', key: 'k', version: versionAt(9) });
    await world.ask({ type: 'merge', records: [{ key: 'k', record: record(3) }] });
    const accept: Question = { type: 'accept', key: 'k', record: record(9), expected: versionAt(1) };
    expect(await world.ask(accept)).toEqual(refusal('conflict'));
    expect(await world.ask({ ...accept, expected: undefined })).toEqual(refusal('conflict'));
    expect(await world.ask({ ...accept, expected: versionAt(3) })).toEqual({ type: 'done' });
  });

  test.each(['write', 'prepare', 'merge'] as const)('refuses a version of the future: %s', async (type) => {
    using world = await nodeWith(SETTLED);
    const far = record(3_600_000);
    const question: Question =
      type === 'merge'
        ? { type, records: [{ key: 'k', record: far }] }
        : type === 'write'
          ? { type, key: 'k', record: far }
          : { type, key: 'k', version: far.version };
    expect(await world.ask(question)).toEqual(refusal('clock_skew'));
  });
});

describe('the rings that count', () => {
  test('are the present one and the last that was whole, until all members say that they have everything', () => {
    const standpoint = new Standpoint('a', SETTLED);
    const next = viewOf([...RING, 'd']);
    standpoint.adopt(next);
    expect(standpoint.duties().map(({ view, era }) => [view.members.length, era])).toEqual([
      [4, 'present'],
      [3, 'former'],
    ]);
    expect(standpoint.isCovered([next.id])).toBe(false);
    expect(standpoint.isCovered([next.id, viewOf(RING).id])).toBe(true);
    standpoint.fill(next);
    for (const node of ['b', 'c']) standpoint.hear(node, { view: next.id, ready: next.id });
    expect(standpoint.isSettled).toBe(false);
    standpoint.hear('d', { view: next.id, ready: '' });
    expect(standpoint.isSettled).toBe(false);
    standpoint.hear('d', { view: next.id, ready: next.id });
    expect(standpoint.duties()).toHaveLength(1);
  });

  test('a ring that comes back is not whole because it once was', () => {
    const standpoint = new Standpoint('a', SETTLED);
    standpoint.adopt(viewOf([...RING, 'd']));
    standpoint.adopt(viewOf(RING));
    expect(standpoint.ready).toBe('');
  });
});

test('what belongs elsewhere is dropped only when all who keep it have it', async () => {
  const clock = new SimulatedClock(NOW);
  const disk = new Disk();
  const records = new SimulatedRecords(disk, clock, seeded(1));
  disk.records.set('k', record(1));
  const answers = new Map<string, Answer>(RING.map((node) => [node, { type: 'wanted', places: [] }]));
  const exchange = new Exchange({
    self: 'z',
    records,
    standpoint: new Standpoint('z', SETTLED),
    ask: async (node) => answers.get(node) ?? { type: 'done' },
    meetings: new Meetings('z', new Map()),
    pace: new Pace(clock, 0),
    oblivion: new Oblivion({ meetings: new Meetings('z', new Map()), tuning: TUNING, wall: () => NOW }),
    take: async () => {},
    wall: async () => NOW,
    tell() {},
    count() {},
  });
  answers.set('b', { type: 'refused', refusal: { type: 'disk_full' } });
  const failed = exchange.release().catch(() => 'failed');
  await clock.runAsync(100);
  expect(await failed).toBe('failed');
  expect(disk.records.has('k')).toBe(true);

  answers.set('b', { type: 'wanted', places: [] });
  const released = exchange.release();
  await clock.runAsync(100);
  expect(await released).toBe(true);
  expect(disk.records.has('k')).toBe(false);
});

test('several records of a request that goes by another ring are refused with one answer', async () => {
  using world = await nodeWith(SETTLED);
  const records = ['k', 'l'].map((key) => ({ key, record: record(1) }));
  expect(await world.ask({ type: 'writes', records }, [viewOf(['a']).id])).toEqual({
    type: 'refused',
    refusal: { type: 'view', views: [RING] },
  });
  expect(await world.ask({ type: 'writes', records })).toEqual({ type: 'kept', refused: new Map() });
});
