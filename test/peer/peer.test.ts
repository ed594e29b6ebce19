import { expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import { type PeerCall, PeerReply } from '../../src/peer/route.ts';
import { eventually } from '../support/gossip.ts';
import { clientWith, countOf, newKey, openDoor, TestKeys } from './pair.ts';

const KEY = newKey();
const HELLO = { method: 'GET', path: '/peer/v1/hello' } as const;
const withKey = () => new TestKeys({ internet: [KEY] });

test('a peer with the key of the zone is answered', async () => {
  await using there = await openDoor(withKey());
  using client = clientWith(withKey());
  const hello = (await client.ask(there.at, HELLO)).json();
  expect(hello).toMatchObject({ id: 'id-a', name: 'a', zone: 'internet', version: '1.2.3', parts: ['hello'] });
  expect(hello).toHaveProperty('clock', expect.any(Number));
});

test('connections are kept', async () => {
  await using there = await openDoor(withKey());
  using client = clientWith(withKey());
  for (let each = 0; each < 5; each += 1) await client.ask(there.at, HELLO);
  expect(countOf(there.door, 'secured')).toBe(1);
  expect(countOf(there.door, 'answered')).toBe(5);
});

test('where nothing is encrypted peers are answered in the clear', async () => {
  await using there = await openDoor(new TestKeys());
  there.door.route({ part: 'who', method: 'GET', path: '', handle: ({ peer }) => peer });
  using client = clientWith(new TestKeys());
  expect((await client.ask(there.at, { method: 'GET', path: '/peer/v1/who' })).json()).toEqual({
    id: 'id-b',
    boot: 'boot-1',
    zone: 'internet',
    address: '127.0.0.1',
    proof: 'none',
  });
});

test('a parent answers its children by their keys, and itself in the clear while it has none', async () => {
  const child = newKey();
  await using there = await openDoor(new TestKeys({ lan: [child] }));
  there.door.route({ part: 'who', method: 'GET', path: '', handle: ({ peer }) => `${peer.zone} ${peer.proof}` });
  const who = { method: 'GET', path: '/peer/v1/who' } as const;
  using below = clientWith(new TestKeys({ lan: [child] }));
  expect((await below.ask(there.at, { ...who, zone: 'lan' })).json()).toBe('lan key');
  using beside = clientWith(new TestKeys());
  expect((await beside.ask(there.at, who)).json()).toBe('internet none');
});

test('one key of two zones proves the zone it was used for', async () => {
  const both = () => new TestKeys({ internet: [KEY], lan: [KEY] });
  await using there = await openDoor(both());
  there.door.route({ part: 'who', method: 'GET', path: '', handle: ({ peer }) => peer.zone });
  using client = clientWith(both());
  const who = { method: 'GET', path: '/peer/v1/who' } as const;
  expect((await client.ask(there.at, { ...who, zone: 'lan' })).json()).toBe('lan');
  expect((await client.ask(there.at, who)).json()).toBe('internet');
});

test('a part gets the parameters, the query and the body, and answers as it likes', async () => {
  await using there = await openDoor(withKey());
  const { door, at } = there;
  const echo = ({ params, query, json }: PeerCall) => ({ id: params.get('id'), q: query.get('q'), body: json() });
  door.route({ part: 'kv', method: 'POST', path: '/records/:id', handle: echo });
  door.route({ part: 'kv', method: 'PUT', path: '/bytes', handle: ({ body }) => body });
  door.route({ part: 'kv', method: 'GET', path: '/made', handle: () => new PeerReply({ a: 1 }, { status: 201 }) });
  door.route({ part: 'kv', method: 'GET', path: '/pieces', handle: pieces });
  using client = clientWith(withKey());
  const posted = await client.ask(at, { method: 'POST', path: '/peer/v1/kv/records/a%2Fb?q=1%202', body: { x: 'é' } });
  expect(posted.json()).toEqual({ id: 'a/b', q: '1 2', body: { x: 'é' } });
  const bytes = Buffer.from([0, 255, 10]);
  expect((await client.ask(at, { method: 'PUT', path: '/peer/v1/kv/bytes', body: bytes })).body).toEqual(bytes);
  expect(await client.ask(at, { method: 'GET', path: '/peer/v1/kv/made' })).toMatchObject({ status: 201 });
  expect((await client.ask(at, { method: 'GET', path: '/peer/v1/kv/pieces' })).body.toString()).toBe('one two ');
  expect((await client.ask(at, HELLO)).json()).toMatchObject({ parts: ['hello', 'kv'] });
});

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one ');
  yield Buffer.from('two ');
}

test('what a part refuses with reaches the asker, and what breaks is hidden', async () => {
  await using there = await openDoor(withKey());
  const fail = (error: Error) => () => {
    throw error;
  };
  const conflict = new OpsbroError('conflict', 'another view', { details: { view: 7 } });
  there.door.route({ part: 'kv', method: 'GET', path: '/a', handle: fail(conflict) });
  there.door.route({ part: 'kv', method: 'GET', path: '/b', handle: fail(new Error('secret')) });
  using client = clientWith(withKey());
  const refused = client.ask(there.at, { method: 'GET', path: '/peer/v1/kv/a' });
  await expect(refused).rejects.toMatchObject({ code: 'conflict', details: { view: 7, status: 409 } });
  const broken = client.ask(there.at, { method: 'GET', path: '/peer/v1/kv/b' });
  await expect(broken).rejects.toMatchObject({ code: 'internal', message: expect.not.stringContaining('secret') });
});

test('an unknown version is answered with those that are known, an unknown part with the parts', async () => {
  await using there = await openDoor(withKey());
  using client = clientWith(withKey());
  const version = client.ask(there.at, { method: 'GET', path: '/peer/v2/hello' });
  await expect(version).rejects.toMatchObject({ code: 'unknown_route', details: { versions: ['v1'] } });
  const part = client.ask(there.at, { method: 'GET', path: '/peer/v1/none/x' });
  await expect(part).rejects.toMatchObject({ code: 'unknown_route', details: { parts: ['hello'] } });
  await expect(client.ask(there.at, { method: 'GET', path: '/kv/a' })).rejects.toMatchObject({ code: 'unknown_route' });
});

test('while keys are changed each side uses the first key that both have', async () => {
  const [old, fresh] = [newKey(), newKey()];
  await using there = await openDoor(new TestKeys({ internet: [old] }));
  using client = clientWith(new TestKeys({ internet: [fresh, old] }));
  for (let each = 0; each < 3; each += 1) await client.ask(there.at, HELLO);
  // The key that is not known there is tried once, not every time.
  expect(countOf(there.door, 'refused_unknown_key')).toBe(1);
});

test('with a removed key nothing goes on, not even on open connections', async () => {
  const [old, fresh] = [newKey(), newKey()];
  const keys = new TestKeys({ internet: [fresh, old] });
  await using there = await openDoor(keys);
  using client = clientWith(new TestKeys({ internet: [old] }));
  using other = clientWith(new TestKeys({ internet: [fresh] }));
  await client.ask(there.at, HELLO);
  await other.ask(there.at, HELLO);
  keys.set('internet', [fresh]);
  await eventually(() => countOf(there.door, 'secured_now') === 1, 2_000);
  await expect(client.ask(there.at, HELLO)).rejects.toMatchObject({
    code: 'unauthorized',
    message: `peer 127.0.0.1:${there.at.port} does not know our key`,
  });
  await other.ask(there.at, HELLO);
  expect(countOf(there.door, 'secured')).toBe(2);
});

test('a zone whose keys cannot be read is closed, not open', async () => {
  const closed = () => new TestKeys({ internet: [] });
  await using there = await openDoor(closed());
  using client = clientWith(closed());
  await expect(client.ask(there.at, HELLO)).rejects.toMatchObject({ code: 'invalid_config' });
  using plain = clientWith(new TestKeys());
  await expect(plain.ask(there.at, HELLO)).rejects.toMatchObject({ code: 'unauthorized' });
  using keyed = clientWith(withKey());
  await expect(keyed.ask(there.at, HELLO)).rejects.toMatchObject({ code: 'unauthorized' });
  expect(countOf(there.door, 'answered')).toBe(0);
});

test('who cannot be reached is named', async () => {
  const { at } = await (async () => {
    await using there = await openDoor(withKey());
    return there;
  })();
  using client = clientWith(withKey());
  const text = `peer 127.0.0.1:${at.port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${at.port}`;
  await expect(client.ask(at, HELLO)).rejects.toMatchObject({ code: 'unreachable', message: text });
  await expect(client.ask(at, { ...HELLO, zone: 'lan' })).rejects.toMatchObject({ code: 'not_found' });
});

test('who takes too long is given up, and told so', async () => {
  await using there = await openDoor(withKey());
  let isAborted = false;
  const hang = ({ signal }: PeerCall) =>
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        isAborted = true;
        reject(signal.reason);
      }),
    );
  there.door.route({ part: 'kv', method: 'GET', path: '/hang', handle: hang });
  there.door.route({ part: 'kv', method: 'GET', path: '/short', timeoutMs: 50, handle: hang });
  using client = clientWith(withKey());
  const hanging = client.ask(there.at, { method: 'GET', path: '/peer/v1/kv/hang', timeoutMs: 50 });
  await expect(hanging).rejects.toMatchObject({ code: 'peer_timeout', message: expect.stringContaining('50 ms') });
  await eventually(() => isAborted, 2_000);
  const short = client.ask(there.at, { method: 'GET', path: '/peer/v1/kv/short' });
  await expect(short).rejects.toMatchObject({ code: 'peer_timeout', details: { status: 504 } });
});

test('an answer longer than wanted is not read', async () => {
  await using there = await openDoor(withKey());
  there.door.route({ part: 'kv', method: 'GET', path: '/long', handle: () => Buffer.alloc(2_000) });
  using client = clientWith(withKey());
  const long = client.ask(there.at, { method: 'GET', path: '/peer/v1/kv/long', maxBody: 1_000 });
  await expect(long).rejects.toMatchObject({ code: 'too_large' });
});

test('a peer that restarts is asked again over a new connection', async () => {
  const first = await openDoor(withKey());
  using client = clientWith(withKey());
  await client.ask(first.at, HELLO);
  await first[Symbol.asyncDispose]();
  await using second = await openDoor(withKey(), { port: first.at.port });
  await client.ask(second.at, HELLO);
  expect(countOf(second.door, 'answered')).toBe(1);
});
