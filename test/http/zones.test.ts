import { expect, test } from 'vitest';
import { member } from '../support/nodes.ts';
import { bodyOf, fakeApi, fakeParts, post } from './fake-parts.ts';

test('the zones are listed by name, each with its proxies', async () => {
  const proxy = member('p', { name: 'proxy', zone: 'lan', isProxy: true });
  const self = member('s', { zone: 'internet' });
  const request = fakeApi(fakeParts({ membership: { self, members: new Map([self, proxy].map((m) => [m.id, m])) } }));
  expect(await bodyOf(await request('/agent/zones'))).toEqual({
    internet: {
      name: 'internet',
      'sub-zones': ['lan'],
      parent: null,
      is_our_zone: true,
      have_gossip_key: true,
      keys: ['0123456789abcdef'],
      key_problem: '',
      proxies: [],
    },
    lan: {
      name: 'lan',
      'sub-zones': [],
      parent: 'internet',
      is_our_zone: false,
      have_gossip_key: false,
      keys: [],
      key_problem: '',
      proxies: ['proxy'],
    },
  });
});

const put = (body: unknown) => post(body, 'PUT');

test('the node is moved, by name or back to its configuration', async () => {
  const parts = fakeParts();
  const request = fakeApi(parts);
  expect(await bodyOf(await request('/agent/zone', put({ zone: 'lan' })))).toEqual({
    success: true,
    text: 'this node is in zone lan now',
  });
  await request('/agent/zone', put({ zone: null }));
  expect(parts.done).toEqual(['zone lan', 'zone null']);
  expect((await request('/agent/zone', put({ zone: 'moon' }))).status).toBe(404);
  for (const zone of ['../x', 'local', 'Group']) {
    expect((await request('/agent/zone', put({ zone }))).status).toBe(400);
  }
  expect((await request('/agent/zone', put({}))).status).toBe(400);
});

test('keys are read again', async () => {
  const parts = fakeParts();
  const answer = await fakeApi(parts)('/agent/zones-keys/reload/lan', { method: 'POST' });
  expect([answer.status, parts.done]).toEqual([200, ['keys lan']]);
});
