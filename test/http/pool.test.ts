import { describe, expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import { bodyOf, errorOf, fakeApi, fakeParts, post } from './fake-parts.ts';
import { fakePool, OWN_KEY } from './fake-pool.ts';

function setUp(over: Parameters<typeof fakePool>[1] = {}) {
  const parts = fakeParts();
  return { done: parts.done, request: fakeApi({ ...parts, pool: fakePool(parts.done, over) }) };
}

describe('events', () => {
  test('that are told stand in the list, with an id, and the last of each type is found', async () => {
    const { request } = setUp();

    const told = await request('/agent/event', post({ type: 'deploy' }));
    expect(await told.json()).toMatchObject({ type: 'deploy', id: '0123456789abcdef', from: 'one', heard: 5 });
    await request('/agent/event', post({ type: 'deploy', payload: 'two' }));
    expect(await (await request('/agent/events')).json()).toMatchObject([{ ltime: 1 }, { ltime: 2, payload: 'two' }]);
    expect(await (await request('/agent/event/deploy')).json()).toMatchObject({
      payload: 'two',
      payload_base64: 'dHdv',
      from: null,
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(await (await request('/agent/event/other')).json()).toBeNull();
  });

  test('of others may hold anything', async () => {
    const payloads = ['{', '[]', 'null', '{"id":5,"from":{}}', `{"from":"${'x'.repeat(200)}"}`].map((text) =>
      Buffer.from(text),
    );
    const events = [...payloads, Uint8Array.of(0xff, 0)].map((payload, at) => ({
      name: 'x',
      payload,
      lTime: at,
      heard: 1,
      replayed: true,
    }));
    const { request } = setUp({ events: () => events });

    const shown = await bodyOf<{ id: string; from: null }[]>(await request('/agent/events'));
    expect(shown.map(({ from }) => from)).toEqual(events.map(() => null));
    expect(new Set(shown.map(({ id }) => id)).size).toBe(events.length);
  });

  test('that are too large are refused', async () => {
    const answer = await setUp().request('/agent/event', post({ type: 'x', payload: 'y'.repeat(600) }));
    expect(answer.status).toBe(400);
  });
});

describe('a ping', () => {
  test('says how long it took, or that nobody answered', async () => {
    const { request } = setUp();

    expect(await (await request('/agent/ping', post({ node: 'front' }))).json()).toEqual({
      node: '11111111-1111',
      name: 'one',
      state: 'alive',
      rtt_ms: 0.8,
    });
    expect(await (await request('/agent/ping', post({ node: 'two' }))).json()).toMatchObject({ rtt_ms: null });
  });

  test.each(['0s', '31s', 'soon'])('does not last %s', async (timeout) => {
    expect((await setUp().request('/agent/ping', post({ node: 'one', timeout }))).status).toBe(400);
  });
});

describe('a query', () => {
  test('is asked and answered', async () => {
    const { request, done } = setUp();

    const answer = await request(
      '/agent/query',
      post({ name: 'uptime', payload: 'x', filters: { tags: { role: 'db' } } }),
    );
    expect(await answer.json()).toEqual({
      acks: ['one', 'two'],
      answers: [{ from: 'two', payload: 'pong', payload_base64: 'cG9uZw==' }],
      timeout_ms: 3_200,
    });
    expect(done).toEqual(['query uptime x * [["role","db"]]']);
  });

  test.each([
    [{ nodes: ['front'] }, 'one'],
    [{ groups: ['linux'] }, 'one,two'],
    [{ groups: ['kv', 'linux'], nodes: ['two'] }, 'two'],
  ])('goes to %j', async (filters, nodes) => {
    const { request, done } = setUp();

    await request('/agent/query', post({ name: 'q', filters }));
    expect(done).toEqual([`query q  ${nodes} []`]);
  });

  test('that would reach nobody is refused', async () => {
    const { request } = setUp();

    for (const filters of [{ groups: ['none'] }, { nodes: ['nobody'] }]) {
      expect((await request('/agent/query', post({ name: 'q', filters }))).status).toBe(404);
    }
  });

  test('streams its answers to who wants lines', async () => {
    const { request } = setUp();
    const init = post({ name: 'q' });
    const lines = { ...init, headers: { ...init.headers, accept: 'application/x-ndjson' } };

    const answer = await request('/agent/query', lines);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const [first, last, end] = (await answer.text()).split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ from: 'two', payload: 'pong' });
    expect(JSON.parse(last ?? '')).toEqual({ acks: ['one', 'two'], timeout_ms: 3_200 });
    expect(end).toBe('');
    const broken = setUp({ query: async () => Promise.reject(new OpsbroError('bad_request', 'too large')) });
    expect(JSON.parse(await (await broken.request('/agent/query', lines)).text())).toMatchObject({
      error: { code: 'bad_request', message: 'too large' },
    });
  });

  test('goes on when who wanted lines has gone', async () => {
    let finish: () => void = () => {};
    const { request } = setUp({
      async query(_, heard) {
        heard?.({ from: 'one', payload: Buffer.from('a') });
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        heard?.({ from: 'two', payload: Buffer.from('b') });
        return { acks: [], answers: [], timeoutMs: 1 };
      },
    });
    const init = post({ name: 'q' });
    const answer = await request('/agent/query', {
      ...init,
      headers: { ...init.headers, accept: 'application/x-ndjson' },
    });
    await answer.body?.cancel();
    finish();
    await new Promise(setImmediate);
  });
});

describe('keys', () => {
  const other = Buffer.alloc(32, 1).toString('base64');

  test('are listed by fingerprint', async () => {
    expect(await (await setUp().request('/agent/keyring')).json()).toMatchObject({
      nodes: [{ name: 'one', ok: true, keys: [OWN_KEY.fingerprint], primary: OWN_KEY.fingerprint }, { name: 'two' }],
      silent: [],
    });
  });

  test('are changed on all members, named whole or by the fingerprint of one of ours', async () => {
    const { request, done } = setUp();

    expect((await request('/agent/keyring', post({ op: 'install', key: other }))).status).toBe(200);
    await request('/agent/keyring', post({ op: 'remove', key: OWN_KEY.fingerprint }));
    expect(done).toEqual([`install ${other}`, `remove ${OWN_KEY.base64}`]);
  });

  test('are used only when the pool agrees, and else why not', async () => {
    const { request, done } = setUp();

    expect((await request('/agent/keyring', post({ op: 'use', key: OWN_KEY.base64 }))).status).toBe(200);
    expect(done).toEqual([`use ${OWN_KEY.base64}`]);
    const refusing = setUp({
      async keyring() {
        throw new OpsbroError('conflict', 'two lacks the key; install it first', { details: { lacking: ['two'] } });
      },
    });
    const refused = await refusing.request('/agent/keyring', post({ op: 'use', key: other }));
    expect(refused.status).toBe(409);
    expect(await errorOf(refused)).toMatchObject({ details: { lacking: ['two'] } });
  });

  test.each([
    ['short', 400],
    [Buffer.alloc(15).toString('base64'), 400],
    [`${other.slice(0, -2)}!=`, 400],
    ['0123456789abcdef', 404],
  ])('%s is no key that can be changed', async (key, status) => {
    const { request, done } = setUp();

    expect((await request('/agent/keyring', post({ op: 'install', key }))).status).toBe(status);
    expect(done).toEqual([]);
  });
});

test('distances', async () => {
  const { request } = setUp();

  expect(await (await request('/agent/rtt?from=one&to=two')).json()).toEqual({
    from: 'one',
    to: 'two',
    estimated_ms: 1.5,
    measured_ms: 1.25,
  });
  expect(await (await request('/agent/rtt')).json()).toMatchObject({ from: 'one', to: 'one', estimated_ms: null });
  expect(await (await request('/agent/coordinates')).json()).toMatchObject([{ node: 'one', error: 1.5 }]);
});

test('who is there is asked for as long as wanted', async () => {
  const { request, done } = setUp();

  expect(await (await request('/agent/detect', { method: 'POST' })).json()).toMatchObject([
    { uuid: 'i', name: 'three', zone: 'lan', addr: '10.0.0.3', port: 6_768, is_proxy: true, groups: ['linux'] },
  ]);
  await request('/agent/detect', post({ timeout: '1s', bind: 'eth0' }));
  expect(done).toEqual(['detect 5000 undefined', 'detect 1000 eth0']);
});

test('what changes the pool is not for readers over TCP', async () => {
  const { request, done } = setUp();
  const tcp = { caller: { door: 'tcp', address: '127.0.0.1' } } as const;

  for (const path of ['/agent/keyring', '/agent/event', '/agent/ping', '/agent/query', '/agent/detect']) {
    expect((await request(path, post({}), tcp)).status, path).toBe(401);
  }
  expect((await request('/agent/keyring', {}, tcp)).status).toBe(401);
  expect((await request('/agent/events', {}, tcp)).status).toBe(200);
  expect(done).toEqual([]);
});
