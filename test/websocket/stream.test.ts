import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ALERT } from '../support/alert.ts';
import { check, member } from '../support/nodes.ts';
import { client, door, type Frame, SELF, settled, silentClient } from './door.ts';

const channels = (frames: readonly Frame[]) => frames.map(({ channel }) => channel);
const indices = (frames: readonly Frame[], channel: string) =>
  frames.filter((frame) => frame.channel === channel).map(({ index }) => index);

/** Says something and waits until the other side has heard it. */
async function say({ socket, frames }: ReturnType<typeof client>, said: object): Promise<void> {
  const before = frames.filter(({ channel }) => channel === 'pong').length;
  socket.send(JSON.stringify({ ...said, ping: 1 }));
  await expect.poll(() => frames.filter(({ channel }) => channel === 'pong').length).toBe(before + 1);
}

test('who says nothing is greeted at once and gets the snapshot a moment later', async () => {
  const { url, clock } = await door();
  const { frames } = silentClient(`${url}/ws`);
  await expect.poll(() => channels(frames)).toEqual(['hello']);

  clock.run(50);
  await settled(frames);
  expect(channels(frames)).toEqual(['hello', 'snapshot']);
});

test('what happens between greeting and snapshot comes after it', async () => {
  const { url, clock, bus } = await door();
  const { frames } = silentClient(`${url}/ws`);
  await expect.poll(() => frames.length).toBe(1);

  bus.emit({ type: 'member-alive', member: member('a') });
  clock.run(50);
  bus.emit({ type: 'member-alive', member: member('b') });
  await expect.poll(() => frames.length).toBe(3);
  expect(frames.map(({ channel, index }) => [channel, index])).toEqual([
    ['hello', 0],
    ['snapshot', 1],
    ['gossip', 2],
  ]);
});

test('who comes back with the number of its last frame gets exactly what it missed, and no snapshot', async () => {
  const { url, bus } = await door();
  const first = client(`${url}/ws`);
  await settled(first.frames);
  bus.emit({ type: 'member-alive', member: member('a') });
  await expect.poll(() => first.frames.length).toBe(3);
  first.socket.terminate();
  for (const id of ['b', 'c']) bus.emit({ type: 'member-failed', member: member(id, { state: 'dead' }) });

  const said = silentClient(`${url}/ws`);
  said.socket.on('open', () => said.socket.send('{"subscribe":["gossip","checks"],"since":1,"boot":"b1"}'));
  const written = silentClient(`${url}/ws?since=1&boot=b1`);
  for (const { frames } of [said, written]) {
    await expect.poll(() => frames.length).toBe(3);
    expect(channels(frames)).toEqual(['hello', 'gossip', 'gossip']);
    expect(indices(frames, 'gossip')).toEqual([2, 3]);
    expect(frames.map(({ payload }) => payload['uuid'])).toEqual(['self', 'b', 'c']);
  }
  bus.emit({ type: 'member-alive', member: member('d') });
  await expect.poll(() => said.frames.length + written.frames.length).toBe(8);
});

test.each([
  ['of another start of the agent', 'since=0&boot=b0'],
  ['without a start', 'since=0'],
  ['from the future', 'since=9&boot=b1'],
  ['of a channel that nobody listened to', 'since=0&boot=b1&subscribe=collectors'],
])('a number %s brings a snapshot', async (_, query) => {
  const { url, bus } = await door();
  const first = client(`${url}/ws`);
  await settled(first.frames);
  bus.emit({ type: 'member-alive', member: member('a') });

  const { frames } = silentClient(`${url}/ws?${query}`);
  await settled(frames);
  expect(channels(frames)).toEqual(['hello', 'snapshot']);
});

test('frames are kept for who went, for ten minutes', async () => {
  const { url, bus, clock, websocket } = await door();
  const first = client(`${url}/ws`);
  await settled(first.frames);
  first.socket.terminate();
  await expect.poll(() => websocket.counters.clients).toBe(0);

  clock.run(300_000);
  bus.emit({ type: 'member-alive', member: member('a') });
  const soon = silentClient(`${url}/ws?since=0&boot=b1`);
  await expect.poll(() => channels(soon.frames)).toEqual(['hello', 'gossip']);
  soon.socket.terminate();
  await expect.poll(() => websocket.counters.clients).toBe(0);
  clock.run(660_000);
  const late = silentClient(`${url}/ws?since=0&boot=b1`);
  await expect.poll(() => channels(late.frames)).toEqual(['hello', 'snapshot']);
});

test('what is kept for who comes back is given up when nobody is expected any more', async () => {
  const { url, bus, clock, websocket } = await door();
  const first = client(`${url}/ws`);
  await settled(first.frames);
  first.socket.terminate();
  await expect.poll(() => websocket.counters.clients).toBe(0);
  clock.run(590_000);
  bus.emit({ type: 'member-alive', member: member('a') });
  expect(websocket.counters.keptBytes).toBeGreaterThan(0);
  clock.run(60_000);
  expect(websocket.counters.keptBytes).toBe(0);
  const { frames } = silentClient(`${url}/ws?since=0&boot=b1`);
  await expect.poll(() => channels(frames)).toEqual(['hello', 'snapshot']);
});

test('who names channels that come by themselves gets no others of those', async () => {
  const { url, bus } = await door();
  const some = client(`${url}/ws`);
  const more = client(`${url}/ws`);
  await Promise.all([settled(some.frames), settled(more.frames)]);
  await say(some, { subscribe: 'groups' });
  await say(more, { subscribe: ['repairs'], unsubscribe: 'gossip' });

  bus.emit({ type: 'member-alive', member: member('a') });
  bus.emit({ type: 'groups-change', groups: ['redis'], add: ['redis'], remove: [] });
  bus.emit({ type: 'alert-change', action: 'fired', alert: ALERT });
  await Promise.all([say(some, {}), say(more, {})]);
  const told = ({ frames }: typeof some) =>
    channels(frames).filter((channel) => !['hello', 'snapshot', 'pong'].includes(channel));
  expect(told(some)).toEqual(['groups']);
  expect(told(more)).toEqual(['groups', 'alerts']);
});

test('a first wish counts for the snapshot too', async () => {
  const { url } = await door();
  const { frames } = silentClient(`${url}/ws?subscribe=checks`);
  await settled(frames);
  expect(frames[1]?.payload).toMatchObject({ members: {}, groups: {}, checks: { self: { 'cpu/load': {} } } });
});

test('a filter lets through what fits, with the zone of the node that it is about, and brings a new snapshot', async () => {
  const far = member('far', { zone: 'wan' });
  const { url, bus } = await door({
    membership: {
      self: SELF,
      members: new Map([
        ['self', SELF],
        ['far', far],
      ]),
    },
  });
  const one = client(`${url}/ws`);
  await settled(one.frames);
  await say(one, { subscribe: ['gossip', 'checks', 'groups'], filter: "zone == 'wan'" });
  const shown = one.frames.filter(({ channel }) => channel === 'snapshot');
  expect(shown.map(({ payload }) => Object.keys(payload['members'] as object))).toEqual([['self', 'far'], ['far']]);
  one.frames.length = 0;

  bus.emit({ type: 'member-alive', member: member('near', { zone: SELF.zone }) });
  bus.emit({ type: 'member-alive', member: far });
  bus.emit({ type: 'check-change', check: check('a', { state: 'critical' }), before: check('a'), result: null });
  bus.emit({ type: 'record-change', part: 'base', member: member('far', { zone: 'wan', groups: ['x'] }), before: far });
  bus.emit({ type: 'member-reap', member: member('near') });
  await say(one, {});
  expect(channels(one.frames)).toEqual(['gossip', 'gossip', 'groups', 'gossip', 'pong']);
  expect(one.frames.map(({ payload }) => payload['uuid'] ?? payload['node'])).toEqual([
    'far',
    'far',
    'far',
    'near',
    undefined,
  ]);

  await say(one, { filter: null });
  one.frames.length = 0;
  bus.emit({ type: 'member-alive', member: member('near') });
  await say(one, {});
  expect(channels(one.frames)).toEqual(['gossip', 'pong']);
});

test('filters hold for what is replayed', async () => {
  const { url, bus } = await door();
  const first = client(`${url}/ws`);
  await settled(first.frames);
  for (const id of ['a', 'b']) bus.emit({ type: 'member-alive', member: member(id) });

  const { frames } = silentClient(`${url}/ws?since=0&boot=b1&filter=${encodeURIComponent("uuid == 'b'")}`);
  await expect.poll(() => channels(frames)).toEqual(['hello', 'gossip']);
  expect(frames[1]).toMatchObject({ index: 2, payload: { uuid: 'b' } });
});

test('of an alert its own fields can be asked for', async () => {
  const { url, bus } = await door();
  const one = client(`${url}/ws`);
  await settled(one.frames);
  await say(one, { subscribe: 'alerts', filter: `kind == '${ALERT.kind}' and action == 'fired'` });
  for (const action of ['fired', 'acked'] as const) bus.emit({ type: 'alert-change', action, alert: ALERT });
  await say(one, {});
  expect(one.frames.filter(({ channel }) => channel === 'alerts').map(({ payload }) => payload['action'])).toEqual([
    'fired',
  ]);
});

test.each([
  ['{"subscribe":["weather"]}', 'bad_request'],
  ['{"subscribe":7}', 'bad_request'],
  ['{"since":-1}', 'bad_request'],
  ['{"filter":"zone =="}', 'expression'],
  ['{"filter":"wether == 1"}', 'expression'],
  ['{"subscribe":"__proto__"}', 'bad_request'],
])('%s is answered with one error, and changes nothing', async (text, code) => {
  const { url, bus } = await door();
  const one = client(`${url}/ws`);
  await settled(one.frames);
  one.socket.send(text);
  await say(one, {});
  bus.emit({ type: 'member-alive', member: member('a') });
  await say(one, {});
  expect(channels(one.frames)).toEqual(['hello', 'snapshot', 'error', 'pong', 'gossip', 'pong']);
  expect(one.frames[2]?.payload).toMatchObject({ code });
});

test('an address with a wish that is none is refused', async () => {
  const { url } = await door();
  const { socket } = silentClient(`${url}/ws?subscribe=weather`);
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(400);
});

test('a token that nobody asked for does no harm', async () => {
  const { url } = await door();
  const one = client(`${url}/ws`);
  await settled(one.frames);
  one.socket.send('{"token":"secret"}');
  await say(one, {});
  expect(channels(one.frames)).toEqual(['hello', 'snapshot', 'pong']);
});

test('what else stands in the message with the token counts', async () => {
  const { url, clock } = await door({}, () => () => ({ scope: 'read' }));
  const [wanting, plain] = [silentClient(`${url}/ws`), silentClient(`${url}/ws`)];
  wanting.socket.on('open', () => wanting.socket.send('{"token":"t","subscribe":"gossip","ping":7}'));
  plain.socket.on('open', () => plain.socket.send('{"token":"t"}'));

  await settled(wanting.frames);
  await expect.poll(() => channels(wanting.frames)).toEqual(['hello', 'snapshot', 'pong']);
  await expect.poll(() => channels(plain.frames)).toEqual(['hello']);
  clock.run(50);
  await settled(plain.frames);
});

test('who may not read any more is sent away within half a minute', async () => {
  let mayStay = true;
  const { url, clock, websocket } = await door({}, () => ({ scope: 'read', mayStay: () => mayStay }));
  const one = client(`${url}/ws`);
  await settled(one.frames);
  clock.run(30_000);
  expect(websocket.counters.clients).toBe(1);

  mayStay = false;
  clock.run(30_000);
  expect(await one.closed).toBe(1008);
  expect(websocket.counters).toMatchObject({ clients: 0, closedSlow: 0 });
});

test('a snapshot that is larger than a client may leave unread comes whole, and then what happened meanwhile', async () => {
  const pool = Array.from({ length: 6_000 }, (_, number) => member(`node-${number}`));
  const memberView = ({ id }: { readonly id: string }) => ({ uuid: id, text: 'x'.repeat(1_000) });
  const { url, bus, websocket } = await door({
    membership: { self: SELF, members: new Map(pool.map((m) => [m.id, m])) },
    memberView,
  });
  const one = client(`${url}/ws`);
  await expect.poll(() => channels(one.frames)).toContain('snapshot');
  for (let sent = 0; sent < 100; sent += 1) bus.emit({ type: 'member-alive', member: member('a') });

  await settled(one.frames);
  await expect.poll(() => indices(one.frames, 'gossip').length).toBe(100);
  const ids = one.frames
    .filter(({ channel }) => channel === 'snapshot')
    .flatMap(({ payload }) => Object.keys(payload['members'] as object));
  expect(ids).toEqual(pool.map(({ id }) => id));
  expect(channels(one.frames).lastIndexOf('snapshot')).toBeLessThan(channels(one.frames).indexOf('gossip'));
  expect(websocket.counters.closedSlow).toBe(0);
});

test('what happens in one turn of the process goes out in one piece', async () => {
  const { url, bus } = await door();
  const one = client(`${url}/ws`);
  await settled(one.frames);
  const sizes: number[] = [];
  const wire = (one.socket as unknown as { readonly _socket: NodeJS.EventEmitter })._socket;
  wire.on('data', (bytes: Buffer) => sizes.push(bytes.length));
  for (let sent = 0; sent < 20; sent += 1) bus.emit({ type: 'member-alive', member: member('a') });
  await expect.poll(() => indices(one.frames, 'gossip')).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(sizes.length).toBe(1);
});

test('the log is for administrators, and only followed while one of them wants it', async () => {
  const followers = new Set<(part: string, line: string) => void>();
  const followLog = (take: (part: string, line: string) => void) => {
    followers.add(take);
    return { [Symbol.dispose]: () => void followers.delete(take) };
  };
  const { url, clock, websocket } = await door({ followLog });
  const reader = client(`${url}/ws`);
  const admin = client(`${url}/ws`, { headers: { 'x-scope': 'admin' } });
  await Promise.all([settled(reader.frames), settled(admin.frames)]);
  reader.socket.send('{"subscribe":"log"}');
  await expect.poll(() => reader.frames.at(-1)).toMatchObject({ channel: 'error', payload: { code: 'forbidden' } });
  expect(followers.size).toBe(0);

  await say(admin, { subscribe: 'log' });
  expect(followers.size).toBe(1);
  for (const take of followers) take('kv', '[now][INFO][node1] [kv]: text');
  await say(admin, {});
  expect(admin.frames.filter(({ channel }) => channel === 'log').map(({ payload }) => payload)).toEqual([
    { part: 'kv', line: '[now][INFO][node1] [kv]: text' },
  ]);
  admin.socket.terminate();
  await expect.poll(() => websocket.counters.clients).toBe(1);
  clock.run(660_000);
  expect(followers.size).toBe(0);
});

test('who does not read while it is caught up is closed when what it misses is not kept any more', async () => {
  const pool = Array.from({ length: 3_000 }, (_, number) => member(`node-${number}`));
  const memberView = ({ id }: { readonly id: string }) => ({ uuid: id, text: 'x'.repeat(4_000) });
  const membership = { self: SELF, members: new Map(pool.map((m) => [m.id, m])) };
  const { url, bus, websocket } = await door({ membership, memberView });
  const slow = client(`${url}/ws`);
  await expect.poll(() => channels(slow.frames)).toContain('snapshot');
  slow.socket.pause();
  const good = client(`${url}/ws`);
  await settled(good.frames);

  // More than the 8 MiB that are kept.
  for (let round = 0; round < 30; round += 1) {
    for (let sent = 0; sent < 100; sent += 1) bus.emit({ type: 'member-alive', member: member('a') });
    await expect.poll(() => indices(good.frames, 'gossip').length).toBe(100 * (round + 1));
  }
  slow.socket.resume();
  expect(await slow.closed).toBe(1013);
  expect(websocket.counters).toMatchObject({ clients: 1, closedSlow: 1 });
});
