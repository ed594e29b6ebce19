import { afterEach, describe, expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { Disposal } from '../../src/base/disposal.ts';
import { Histogram } from '../../src/base/histogram.ts';
import { silent } from '../../src/base/log.ts';
import type { Gossip } from '../../src/gossip/gossip.ts';
import type { GossipOptions } from '../../src/gossip/gossip-options.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { memoryShelf } from '../support/shelf.ts';

let closing = new Disposal();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Disposal();
});

const start = async (name: string, change: Partial<GossipOptions> = {}) => closing.use(await startMember(name, change));
const at = ({ address, port }: Gossip) => `${address}:${port}`;
/** How a member sees another. */
const seen = (by: Gossip, name: string) => [...by.members.values()].find((member) => member.name === name)?.state;

async function trio(): Promise<readonly [Gossip, Gossip, Gossip]> {
  const [a, b, c] = await Promise.all([start('a'), start('b'), start('c')]);
  await Promise.all([b.join([at(a)]), c.join([at(a)])]);
  await eventually(() => [a, b, c].every(({ members }) => members.size === 3), 1_000);
  return [a, b, c];
}

describe('three members on one machine', () => {
  test('see each other within a second, with groups, checks and names', async () => {
    const [a, b, c] = await trio();
    for (const gossip of [a, b, c])
      expect(['a', 'b', 'c'].map((name) => seen(gossip, name))).toEqual(['alive', 'alive', 'alive']);
    c.setGroups(['web', 'linux']);
    c.setCheck('core/load', { state: 'critical', hard: true, changed: 5, output: 'load is 9' });
    const records = () => [a, b].map(({ members }) => members.get('id-c'));
    await eventually(
      () =>
        records().every(
          (member) => member?.checks.has('core/load') && member.version !== '' && member.groups.length === 2,
        ),
      1_000,
    );
    for (const member of records()) {
      expect(member).toMatchObject({ kind: 'opsbro', displayName: 'c', version: '0.0.1', groups: ['linux', 'web'] });
      expect(member?.checks.get('core/load')).toEqual({
        state: 'critical',
        hard: true,
        changed: 5,
        output: 'load is 9',
      });
    }
    c.removeCheck('core/load');
    await eventually(() => records().every((member) => member?.checks.size === 0), 1_000);
  });

  test('notice that one is gone without a word, and that it is back', async () => {
    const [a, b, c] = await trio();
    const place = at(c);
    await c[Symbol.asyncDispose]();
    await eventually(() => [a, b].every((gossip) => seen(gossip, 'c') === 'suspect'), 5_000);
    await eventually(() => [a, b].every((gossip) => seen(gossip, 'c') === 'dead'), 10_000);
    const refusals = [a, b].flatMap((gossip) => gossip.why('c').evidence.filter(({ kind }) => kind === 'tcp'));
    expect(refusals[0]?.detail).toEqual(new Map([['result', 'refused']]));
    const again = await start('c', { port: Number(place.split(':')[1]), incarnation: 2 });
    await again.join([at(a)]);
    await eventually(() => [a, b].every((gossip) => seen(gossip, 'c') === 'alive'), 2_000);
  });

  test('see at once that one leaves', async () => {
    const [a, b, c] = await trio();
    const left = c.leave();
    await eventually(() => [a, b].every((gossip) => seen(gossip, 'c') === 'left'), 1_000);
    await left;
    expect(await c.join([at(a)])).toMatchObject({ joined: 0 });
  });
});

test('a record that is too long for datagrams travels over a stream', async () => {
  const [a, b, c] = await trio();
  const summary = { state: 'warning', hard: true, changed: 1, output: 'something is not as it should be' } as const;
  for (let check = 0; check < 500; check += 1) a.setCheck(`pack/check-${check}`, summary);
  await eventually(() => [b, c].every(({ members }) => members.get('id-a')?.checks.size === 500), 2_000);
});

test('a node that listens everywhere has to say where others reach it', async () => {
  await expect(start('a', { bind: ['::'] })).rejects.toThrow('set `advertise` to the address that others reach');
  const a = await start('a', { bind: ['::'], advertise: '127.0.0.1' });
  const b = await start('b');
  expect(await b.join([at(a)])).toMatchObject({ joined: 1 });
  await eventually(() => a.members.size === 2, 1_000);
});

test('several addresses share one port, and a member at an IPv6 address is reached', async () => {
  const probeTimes = new Histogram();
  const a = await start('a', { bind: ['127.0.0.1', '::1'], probeTimes });
  const b = await start('b', { bind: ['::1', '127.0.0.1'] });
  expect(await b.join([`[::1]:${a.port}`])).toMatchObject({ joined: 1 });
  await eventually(() => a.members.get('id-b')?.address === '::1' && a.members.get('id-b')?.rttMs !== undefined, 5_000);
  expect(probeTimes.sum).toBeGreaterThan(0);
});

test('a name that comes back elsewhere before it was missed is taken over within two seconds', async () => {
  const [a, b, c] = await trio();
  await c[Symbol.asyncDispose]();
  const again = await start('c', { incarnation: 2 });
  await again.join([at(a)]);
  await eventually(
    () => [a, b].every((gossip) => gossip.members.get('id-c')?.port === again.port && seen(gossip, 'c') === 'alive'),
    2_000,
  );
});

test('the second of two living nodes of one name is refused, and both are told', async () => {
  const bus = new Bus<AgentEvent>(() => {});
  const conflicts: AgentEvent[] = [];
  bus.on('member-conflict', (event) => conflicts.push(event));
  const a = await start('a', { bus });
  const first = await start('same', { id: 'first' });
  await first.join([at(a)]);
  const second = await start('same', { id: 'second' });
  await second.join([at(a)]);
  await eventually(() => conflicts.length === 1, 1_000);
  expect(conflicts[0]).toMatchObject({ name: 'same', known: at(first), claimed: at(second) });
  expect(a.members.get('first')?.state).toBe('alive');
  expect(a.members.has('second')).toBe(false);
});

test('a member finds back to its pool by what it kept', async () => {
  const [a, b] = await Promise.all([start('a'), start('b')]);
  const shelf = memoryShelf();
  const c = await start('c', { shelf });
  await c.join([at(a)]);
  await eventually(() => c.members.size === 3 || (a.members.size === 2 && b.members.size === 1), 1_000);
  await b.join([at(a)]);
  await eventually(() => c.members.size === 3, 1_000);
  await c[Symbol.asyncDispose]();
  const again = await start('c', { shelf, port: c.port, incarnation: 2 });
  again.rejoin([]);
  await eventually(() => again.members.size === 3 && seen(b, 'c') === 'alive', 1_000);
});

test('members of the last run that do not answer are shown as dead, and are not forgotten', async () => {
  const shelf = memoryShelf();
  const a = await start('a');
  const b = await start('b', { shelf });
  await b.join([at(a)]);
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
  const again = await start('b', { shelf, port: b.port, incarnation: 2 });
  again.rejoin([]);
  await eventually(() => again.members.get('id-a')?.state === 'dead', 1_000);
});

test('a node that is its own seed is not warned of itself', async () => {
  const warnings: string[] = [];
  const a = await start('a', { log: { ...silent, warn: (_: unknown, text: string) => void warnings.push(text) } });
  a.rejoin([at(a), '127.0.0.1:1']);
  await eventually(() => warnings.length > 0, 1_000);
  expect(warnings).toEqual([
    'seed "127.0.0.1:1" could not be joined: 127.0.0.1:1: nobody listens there; it is tried again',
  ]);
});

test('who left on purpose does not come back by itself', async () => {
  const shelf = memoryShelf();
  const a = await start('a');
  const b = await start('b', { shelf });
  await b.join([at(a)]);
  await b.leave();
  await b[Symbol.asyncDispose]();
  const again = await start('b', { shelf, port: b.port, incarnation: 2 });
  again.rejoin([]);
  expect(again.members.size).toBe(1);
  expect(shelf.content.get('snapshot')).toMatchObject({ left: true });
});

test('an incarnation is kept before a datagram of it leaves', async () => {
  const saved: number[] = [];
  const a = await start('a', { incarnation: 7, saveIncarnation: (incarnation) => void saved.push(incarnation) });
  expect(saved).toEqual([7]);
  a.setGroups(['web']);
  await eventually(() => a.self.incarnation === 8, 1_000);
  expect(saved).toEqual([7, 8]);
});

test('a disk that is full is reported, and the pool goes on seeing us', async () => {
  const errors: string[] = [];
  let isFull = false;
  const saveIncarnation = () => {
    if (isFull) throw new Error('no space left on device');
  };
  const log = { ...silent, error: (_: unknown, text: string) => void errors.push(text) };
  const a = await start('a', { log, saveIncarnation });
  const b = await start('b');
  await b.join([at(a)]);
  isFull = true;
  a.setGroups(['web']);
  await eventually(() => b.members.get('id-a')?.incarnation === 2, 1_000);
  expect(errors).toEqual(['gossip could not carry out "incarnation"']);
});

describe('a join that fails says why', () => {
  test.each([
    ['127.0.0.1:1', /^127\.0\.0\.1:1: nobody listens there$/],
    ['no-such-host.invalid', /^the name "no-such-host\.invalid" has no address$/],
    ['127.0.0.1:99999', /is not an address; write HOST, HOST:PORT/],
  ])('%s', async (address, reason) => {
    const a = await start('a');
    const { joined, errors } = await a.join([address]);
    expect(joined).toBe(0);
    expect(errors.get(address)).toMatch(reason);
  });
});

test('tags of the configuration are worn, and reserved ones are refused', async () => {
  const a = await start('a', { tags: new Map([['role', 'db']]) });
  const b = await start('b');
  await b.join([at(a)]);
  expect(b.members.get('id-a')?.tags.get('role')).toBe('db');
  await expect(start('c', { tags: new Map([['id', 'x']]) })).rejects.toThrow(/"id" is used by the agent itself/);
  await expect(start('c', { tags: new Map([['long', 'x'.repeat(500)]]) })).rejects.toThrow(/limit 512/);
});

test('what strangers throw at the port is counted and changes nothing', async () => {
  const a = await start('a');
  await using stranger = await bindUdp({ address: '127.0.0.1', port: 0 });
  for (let packet = 0; packet < 100; packet += 1) {
    const bytes = Uint8Array.from({ length: packet }, (_, place) => (place * 31 + packet * 17) % 256);
    stranger.send(bytes, { address: a.address, port: a.port });
  }
  await eventually(() => (a.counters.get('packets_in') ?? 0) >= 90, 2_000);
  const dropped = [...a.counters].filter(([name]) => name.startsWith('dropped_'));
  expect(dropped.reduce((sum, [, times]) => sum + times, 0)).toBeGreaterThanOrEqual(90);
  expect(a.members.size).toBe(1);
});

test('a change on the bus comes after the list of members has it', async () => {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const listed: boolean[] = [];
  const a = await start('a', { bus });
  bus.on('member-join', ({ member }) => listed.push(a.members.get(member.id) === member));
  const b = await start('b');
  await b.join([at(a)]);
  await eventually(() => listed.length > 0, 1_000);
  expect(listed).toEqual([true]);
});

test('services of a member are known to the others, and gone when it offers them no more', async () => {
  const [a, b] = await Promise.all([start('a'), start('b')]);
  await b.join([at(a)]);
  const web = { state: 'ok', address: '127.0.0.1', port: 80, tags: ['http'], meta: new Map([['path', '/']]) } as const;
  b.setService('web', web);
  await eventually(() => a.members.get('id-b')?.services.has('web') === true, 1_000);
  expect(a.members.get('id-b')?.services.get('web')).toEqual(web);
  b.removeService('web');
  await eventually(() => a.members.get('id-b')?.services.size === 0, 1_000);
});

test('a change of a check is one event at the others, and the first company is told once', async () => {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const [a, b, c] = await Promise.all([start('a', { bus }), start('b'), start('c')]);
  const types: string[] = [];
  for (const type of ['pool-joined', 'member-update', 'record-change'] as const)
    bus.on(type, (event) => void (('member' in event ? event.member.name : 'b') === 'b' && types.push(event.type)));
  await b.join([at(a)]);
  await c.join([at(a)]);
  await eventually(() => a.members.size === 3, 1_000);
  await eventually(() => a.members.get('id-b')?.tags.get('sv')?.startsWith('1.') === true, 3_000);
  expect(types.filter((type) => type === 'pool-joined')).toHaveLength(1);
  types.length = 0;
  b.setCheck('core/load', { state: 'critical', hard: true, changed: 5, output: 'load is 9' });
  const incarnation = a.members.get('id-b')?.incarnation ?? 0;
  await eventually(() => (a.members.get('id-b')?.incarnation ?? 0) > incarnation, 3_000);
  expect(types).toEqual(['record-change']);
});

test('members that were dead already are kept over a restart, also before anyone was tried', async () => {
  const shelf = memoryShelf();
  const [a, b] = await Promise.all([start('a'), start('b', { shelf })]);
  await b.join([at(a)]);
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
  const again = await start('b', { shelf, incarnation: 2 });
  await again[Symbol.asyncDispose]();
  expect(shelf.content.get('snapshot')).toMatchObject({ members: [{ name: 'a' }] });
});
