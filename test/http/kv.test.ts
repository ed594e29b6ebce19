import { expect, test } from 'vitest';
import { errorOf, fakeApi } from './fake-parts.ts';

const put = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'PUT',
  body,
  headers,
});

test('a value put under a key with slashes comes back in base64, raw and in the list', async () => {
  const request = fakeApi();
  const bytes = new Uint8Array([0, 255, 10]);

  expect(await (await request('/kv/services/db/url?ttl=90s', put(bytes))).json()).toMatchObject({
    key: 'services/db/url',
    version: 'v1',
    created: '1970-01-01T00:00:00.000Z',
    expires: '1970-01-01T00:01:30.000Z',
  });
  expect(await (await request('/kv/services/db/url')).json()).toMatchObject({ key: 'services/db/url', value: 'AP8K' });
  const raw = await request('/kv/services/db/url?raw');
  expect(new Uint8Array(await raw.arrayBuffer())).toEqual(bytes);
  expect(raw.headers.get('content-type')).toBe('application/octet-stream');
  expect(await (await request('/kv')).json()).toEqual(['services/db/url']);
  expect(await (await request('/kv/')).json()).toEqual(['services/db/url']);
});

test('the answer names node and version', async () => {
  const request = fakeApi();
  await request('/kv/a', put('x'));

  const { headers } = await request('/kv/a', { method: 'HEAD' });
  expect(headers.get('etag')).toBe('"v1"');
  expect(headers.get('x-opsbro-version')).toBe('v1');
  expect(headers.get('x-opsbro-node')).toBe('11111111-1111');
  expect(headers.get('last-modified')).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
  expect((await request('/kv/a?raw', { headers: { 'if-none-match': '"v1"' } })).status).toBe(304);
});

test('an empty value is a value, whatever type the body claims to have', async () => {
  const request = fakeApi();

  expect((await request('/kv/empty', put('', { 'content-type': 'application/json' }))).status).toBe(200);
  expect(await (await request('/kv/empty?raw')).text()).toBe('');
});

test.each([
  ['/kv/a%2Fb', 'a/b'],
  ['/kv//a', '/a'],
  ['/kv/a/', 'a/'],
  ['/kv/a//b', 'a//b'],
  ['/kv/%C3%A9', 'é'],
  ['/kv/a%252Fb', 'a%2Fb'],
  ['/kv/__proto', '__proto'],
])('PUT %s writes the key %s', async (path, key) => {
  const request = fakeApi();
  const answer = await request(path, put('x'));

  if (key.startsWith('__')) expect([answer.status, (await errorOf(answer)).code]).toEqual([403, 'reserved_key']);
  else expect(await answer.json()).toMatchObject({ key });
});

test.each(['/kv/a%0Ab', '/kv/%00', `/kv/${'k'.repeat(1_025)}`])('the key of %s is refused', async (path) => {
  const answer = await fakeApi()(path);

  expect([answer.status, (await errorOf(answer)).code]).toEqual([400, 'bad_key']);
});

test('a key that is not there is not found; deleting it is no error', async () => {
  const request = fakeApi();

  expect((await request('/kv/a')).status).toBe(404);
  expect(await (await request('/kv/a', { method: 'DELETE' })).json()).toEqual({
    key: 'a',
    version: null,
    existed: false,
  });
});

test.each<[string, Record<string, string>]>([
  ['?cas=0', {}],
  ['', { 'if-none-match': '*' }],
  ['?cas=v9', {}],
  ['', { 'if-match': '"v9"' }],
])('a condition that does not hold (%s, %o) changes nothing and says what is there', async (query, headers) => {
  const request = fakeApi();
  await request('/kv/a', put('old'));

  const answer = await request(`/kv/a${query}`, put('new', headers));
  expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'cas_failed', current: 'v1' } }]);
  expect(await (await request('/kv/a?raw')).text()).toBe('old');
});

test('a wrong time to live is refused', async () => {
  const answer = await fakeApi()('/kv/a?ttl=soon', put('x'));

  expect([answer.status, (await errorOf(answer)).code]).toEqual([400, 'bad_ttl']);
});

test('lists have pages and prefixes, and values when asked', async () => {
  const request = fakeApi();
  for (const key of ['a/1', 'a/2', 'b/1']) await request(`/kv/${key}`, put(key));

  const first = await request('/kv/?prefix=a/&limit=1');
  expect(await first.json()).toEqual(['a/1']);
  expect(first.headers.get('x-opsbro-next')).toBe('a%2F1');
  expect(await (await request('/kv/?prefix=a/&after=a%2F1')).json()).toEqual(['a/2']);
  expect(await (await request('/kv/?prefix=b/&recurse')).json()).toMatchObject([{ key: 'b/1', value: btoa('b/1') }]);
});
