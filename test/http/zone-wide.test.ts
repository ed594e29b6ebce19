import { expect, test } from 'vitest';
import { zoneReadRoute, zoneReads } from '../../src/agent/zone-reads.ts';
import { OpsbroError } from '../../src/base/errors.ts';
import { targetForAll, type ZoneReads } from '../../src/http/zone-wide.ts';
import type { PeerCall, PeerReply } from '../../src/peer/route.ts';
import { member } from '../support/nodes.ts';
import { bodyOf, errorOf, fakeApi, fakeParts } from './fake-parts.ts';

/** A zone with one other node, which answers with what it was asked. */
function zone() {
  const asked: string[] = [];
  const reads: ZoneReads = {
    self: () => 'self',
    async ask(target) {
      asked.push(target);
      return { nodes: new Map([['other', [target]]]), errors: new Map([['third', 'it is silent']]) };
    },
  };
  return { asked, request: fakeApi(fakeParts({ zoneReads: reads })) };
}

test.each([
  '/agent/info',
  '/collectors',
  '/collectors/cpu',
  '/monitoring/state',
  '/monitoring/alerts',
  '/health-services',
  '/history/repairs',
])('%s can be asked of the whole zone', async (path) => {
  const { request } = zone();

  const own = await (await request(path)).json();
  expect(await bodyOf(await request(`${path}?scope=zone`))).toEqual({
    nodes: { self: own, other: [path] },
    errors: { third: 'it is silent' },
  });
});

test('services of the whole zone are asked for by ?cluster too', async () => {
  const { request } = zone();
  const [short, long] = await Promise.all(
    ['cluster', 'scope=zone'].map((query) => request(`/health-services?${query}`)),
  );

  expect(await short?.json()).toEqual(await long?.json());
  expect((await request('/health-services?cluster=some')).status).toBe(400);
});

test('the door that sends bytes as they are is answered the same', async () => {
  const { request } = zone();
  const target = '/collectors/cpu?scope=zone';
  const arrival = { caller: { door: 'socket' }, target, takesPlain: true } as const;

  const { bytes } = (await request(target, {}, arrival)) as unknown as { readonly bytes: Uint8Array };
  expect(JSON.parse(Buffer.from(bytes).toString())).toEqual(await (await request(target)).json());
});

test('others are asked the same, but not to wait for news', async () => {
  const { asked, request } = zone();

  await request('/monitoring/alerts?scope=zone&limit=5&index=7&wait=10m&all=true&pretty');
  expect(asked).toEqual(['/monitoring/alerts?limit=5&all=true&pretty=']);
  expect(targetForAll('/a', 'scope=node')).toBeUndefined();
});

test('what is wrong in the question is said before anybody else is asked for an answer', async () => {
  const answer = await zone().request('/collectors/nope?scope=zone');

  expect([answer.status, (await errorOf(answer)).code]).toEqual([404, 'not_found']);
});

test('other routes, and other scopes, are of this node', async () => {
  const { request } = zone();

  expect((await request('/agent/members?scope=zone')).status).toBe(400);
  expect((await request('/collectors?scope=galaxy')).status).toBe(400);
});

const PEER = { id: 'p', boot: 'b', zone: 'internet', address: '10.0.0.2', proof: 'key' } as const;

function peerAsks(target: unknown, zoneOfPeer = 'internet') {
  const parts = fakeParts();
  const call = { peer: { ...PEER, zone: zoneOfPeer }, json: () => ({ target }) } as unknown as PeerCall;
  return zoneReadRoute({
    ...parts,
    membership: { ...parts.membership, self: member('x', { zone: 'internet' }) },
  }).handle(call) as Promise<PeerReply>;
}

test.each([
  ['/collectors', 200],
  ['/collectors/cpu', 200],
  ['/collectors?nonsense=1', 400],
  ['/agent/tokens', 404],
  ['/kv/secret', 404],
  ['/agent/members', 404],
  ['//collectors', 404],
])('a peer that asks for %s gets %i', async (target, status) => {
  expect((await peerAsks(target)).status).toBe(status);
});

test('a peer of another zone, and one that asks for nothing, is refused', async () => {
  await expect(peerAsks('/collectors', 'lan')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(peerAsks(7)).rejects.toMatchObject({ code: 'bad_request' });
});

test('of nodes that do not answer it is said why', async () => {
  const self = member('a');
  const others = [
    member('b', { tags: new Map([['pp', '1']]) }),
    member('c'),
    member('d', { tags: new Map([['pp', '2']]) }),
  ];
  const members = new Map([self, ...others].map((node) => [node.id, node]));
  const client = {
    async ask(to: { port: number }) {
      if (to.port === 2) throw new OpsbroError('peer_timeout', 'no answer within 2 s');
      return { status: 200, json: () => ['b'] } as never;
    },
  };

  const { nodes, errors } = await zoneReads({ membership: { self, members } }, client).ask('/collectors');
  expect([...nodes]).toEqual([['b', ['b']]]);
  expect(errors).toEqual(
    new Map([
      ['c', 'its door for peers is closed'],
      ['d', 'no answer within 2 s'],
    ]),
  );
});
