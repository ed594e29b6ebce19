import { describe, expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { BlockingReads } from '../../src/http/blocking.ts';
import type { NodeHistoryJson } from '../../src/http/pool-schemas.ts';
import type { MemberJson } from '../../src/http/schemas.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { NodeChange } from '../../src/model/history.ts';
import { member } from '../support/nodes.ts';
import { bodyOf, errorOf, fakeApi, fakeParts } from './fake-parts.ts';

const ids = async (answer: Response) => Object.keys(await bodyOf<Record<string, MemberJson>>(answer));

function pool(...members: readonly ReturnType<typeof member>[]) {
  const self = members[0] ?? member('a');
  return fakeApi(fakeParts({ membership: { self, members: new Map(members.map((each) => [each.id, each])) } }));
}

const THREE = [
  member('c', { groups: ['redis'], state: 'dead' }),
  member('a', { groups: ['redis', 'linux'], rttMs: 0.5 }),
  member('b', { groups: [], zone: 'lan' }),
];

test('a member says how it really is', async () => {
  const service = { state: 'ok', address: '10.0.0.1', port: 80, tags: ['a'], meta: new Map([['k', 'v']]) } as const;
  const request = pool(
    member('a', {
      flapping: true,
      reachable: false,
      udpBlocked: true,
      settled: 'dead',
      services: new Map([['w', service]]),
    }),
  );

  expect(await (await request('/agent/members/a000', {})).status).toBe(404);
  expect(await (await request('/agent/members/a')).json()).toMatchObject({
    flapping: true,
    reachable: false,
    udp_blocked: true,
    settled: 'dead',
    services: { w: { state: 'ok', state_id: 0, port: 80, tags: ['a'], meta: { k: 'v' } } },
  });
});

describe('the list of members', () => {
  test('comes in pages, in the order of ids', async () => {
    const request = pool(...THREE);

    const first = await request('/agent/members?limit=2&filter=True');
    expect(await ids(first)).toEqual(['a', 'b']);
    expect(first.headers.get('x-opsbro-next')).toBe('b');
    const next = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(next).toBe('?limit=2&filter=True&after=b');
    const last = await request(`/agent/members${next}`);
    expect(await ids(last)).toEqual(['c']);
    expect(last.headers.get('x-opsbro-next')).toBeNull();
  });

  test.each([
    ["state == 'alive' and 'redis' in groups", ['a']],
    ["name.startswith('name-')", ['a', 'b', 'c']],
    ['rtt_ms < 1', ['a']],
    ['not rtt_ms', []],
    ["zone == 'nowhere'", []],
  ])('is narrowed by the filter %s', async (filter, expected) => {
    expect(await ids(await pool(...THREE)(`/agent/members?filter=${encodeURIComponent(filter)}`))).toEqual(expected);
  });

  test.each([
    ['stat == 1', 'did you mean "state"'],
    ['state ==', ''],
    ['groups < 1', 'query filter'],
    ['{{collector.cpu.x}} == 1 or name + 1', ''],
    ['grep_file("a", "/etc/passwd")', ''],
  ])('refuses the filter %s, and says where it is wrong', async (filter, text) => {
    const answer = await pool(...THREE)(`/agent/members?filter=${encodeURIComponent(filter)}`);
    const { message, details } = await errorOf(answer);
    expect(answer.status, message).toBe(422);
    expect(message).toContain(text);
    expect(details).toHaveProperty('offset');
  });

  test('shows the fields that are asked for', async () => {
    const request = pool(...THREE);

    expect(await (await request('/agent/members?fields=name,zone&limit=1')).json()).toEqual({
      a: { name: 'name-a', zone: 'internet' },
    });
    expect((await errorOf(await request('/agent/members?fields=name,nmae'))).message).toContain('"nmae" is no field');
  });

  test('can be waited for', async () => {
    const bus = new Bus<AgentEvent>(() => {});
    const reads = new BlockingReads({ bus, clock: systemClock, random: () => 0, boot: 'x' });
    const request = fakeApi(fakeParts({ reads }));

    const first = await request('/agent/members');
    expect(first.headers.get('x-opsbro-index')).toBe('1');
    const second = request('/agent/members?index=1&boot=x&wait=1m');
    const one = request('/agent/members/one?index=1&boot=x&wait=1m');
    // Both wait now, as the requests were routed before anything else could run.
    await new Promise(setImmediate);
    bus.emit({ type: 'member-flap', member: member('a') });
    expect((await second).headers.get('x-opsbro-index')).toBe('2');
    expect((await one).headers.get('x-opsbro-index')).toBe('2');
  });
});

test('a guess is a node or null', async () => {
  const request = fakeApi();

  expect(await (await request('/agent/query/guess/front')).json()).toMatchObject({ name: 'one' });
  expect(await (await request('/agent/query/guess/nobody')).json()).toBeNull();
});

test('why a node is as it is', async () => {
  const request = fakeApi();

  expect(await (await request('/agent/members/two/why')).json()).toMatchObject({
    node: '22222222-2222',
    name: 'two',
    state: 'alive',
    summary: 'two is dead since then',
    evidence: [{ at: 1_000, kind: 'probe-timeout', by: 'one', incarnation: 3, detail: { ms: 500 } }, { kind: 'dead' }],
  });
  const { evidence } = await bodyOf<{ evidence: object[] }>(await request('/agent/members/two/why?since=5m'));
  expect(evidence).toHaveLength(1);
  expect((await request('/agent/members/nobody/why')).status).toBe(404);
});

test('why a node is as it is, asked of the whole pool', async () => {
  const request = fakeApi();

  expect(await (await request('/agent/members/two/why?all')).json()).toMatchObject({
    name: 'two',
    summary: 'two is dead since then',
    evidence: [{ kind: 'suspect', by: 'one', witness: 'one' }],
    answered: ['two'],
    silent: { three: 'its door for peers is closed' },
    accusers: [{ name: 'one', of_this: true, accused: ['two', 'two'], healthy: ['two'] }],
  });
  expect(await (await request('/agent/members/two/why?all=true&since=5m')).json()).toMatchObject({ evidence: [] });
});

describe('the history of nodes', () => {
  const change = (number: number, over: Partial<NodeChange> = {}): NodeChange => ({
    number,
    at: number * 500,
    type: 'node-state-change',
    id: 'a',
    name: 'name-a',
    displayName: '',
    oldState: 'alive',
    state: 'dead',
    incarnation: 1,
    reason: 'r',
    ...over,
  });
  const request = (changes: readonly NodeChange[]) => fakeApi(fakeParts({ history: { changes: async () => changes } }));
  const eight = Array.from({ length: 8 }, (_, number) => change(number));
  const dates = async (answer: Response) =>
    (await bodyOf<NodeHistoryJson>(answer)).map(({ date, entries }) => [date, entries.length]);

  test('has the changes of one second together, oldest first, at either address', async () => {
    const api = request([change(1, { type: 'new', state: 'alive' }), change(2), change(3)]);

    expect(await (await api('/agent/members/history')).json()).toMatchObject([
      { date: 0, entries: [{ type: 'new', uuid: 'a', name: 'name-a' }] },
      { date: 1, entries: [{ old_state: 'alive', state: 'dead', reason: 'r', old: null, now: null }, {}] },
    ]);
  });

  test('gives the newest, or goes on from a place', async () => {
    const api = request(eight);

    expect(await dates(await api('/history/nodes?limit=3'))).toEqual([
      [2, 1],
      [3, 2],
    ]);
    const first = await api('/history/nodes?since=1&limit=3');
    expect(await dates(first)).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(first.headers.get('link')).toBe('<?limit=3&since=1&after=4>; rel="next"');
    expect(await dates(await api('/history/nodes?limit=3&since=1&after=4'))).toEqual([
      [2, 1],
      [3, 2],
    ]);
    expect(await dates(await api('/history/nodes?until=1'))).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  test('is narrowed by a filter', async () => {
    const api = request([...eight, change(9, { name: 'other' })]);

    expect(await dates(await api(`/history/nodes?filter=${encodeURIComponent("name == 'other'")}`))).toEqual([[4, 1]]);
  });

  test('without a word on how much gives a megabyte', async () => {
    const long = Array.from({ length: 10_000 }, (_, number) => change(number, { reason: 'x'.repeat(300) }));
    const text = await (await request(long)('/history/nodes')).text();
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(text.length).toBeLessThan(1_048_576 + 300_000);
  });
});
