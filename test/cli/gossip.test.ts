import { describe, expect, test } from 'vitest';
import { Answered, fakeAgent, opsbro, refused } from '../support/cli.ts';

const member = (name: string, over: object = {}) => ({
  uuid: `id-${name}`,
  name,
  display_name: '',
  kind: 'opsbro',
  addr: '127.0.0.2',
  port: 6768,
  state: 'alive',
  settled: 'alive',
  flapping: false,
  reachable: true,
  udp_blocked: false,
  leaving: false,
  incarnation: 3,
  zone: 'internet',
  is_proxy: false,
  groups: ['linux'],
  tags: {},
  version: '0.1.0',
  since: 0,
  rtt_ms: null,
  ...over,
});
const pool = (...members: readonly ReturnType<typeof member>[]) => Object.fromEntries(members.map((m) => [m.uuid, m]));

describe('members', () => {
  test('says what is wrong with a node beside its state', async () => {
    const odd = member('a', { flapping: true, reachable: false, udp_blocked: true, leaving: true });
    await using agent = await fakeAgent({ 'GET /agent/members': pool(odd) });
    expect((await opsbro('gossip members', agent)).out).toContain(
      '  - internet > a  √ alive leaving flapping unreachable udp blocked  127.0.0.2:6768  linux\n',
    );
  });

  test('reads every page, and lets the agent apply the filter', async () => {
    const filter = "zone == 'internet'";
    const query = `filter=${encodeURIComponent(filter).replaceAll("'", '%27').replaceAll('%20', '+')}`;
    await using agent = await fakeAgent({
      [`GET /agent/members?${query}`]: new Answered(200, pool(member('a')), { 'x-opsbro-next': 'id-a' }),
      [`GET /agent/members?${query}&after=id-a`]: pool(member('b')),
    });
    const { out } = await opsbro(['gossip', 'members', '--json', '--filter', filter], agent);
    expect(Object.keys(JSON.parse(out))).toEqual(['id-a', 'id-b']);
  });

  test.each([
    ['gossip members --state up', '--state: "up" is no state'],
    ['gossip members --count 3', '--count says how many changes --watch shows'],
    ['gossip members --watch --count no', '--count: "no"'],
    ['gossip members --watch --filter True', '--filter cannot be watched'],
    ['gossip ping a --count 0', '--count: "0"'],
    ['gossip wait-members --count x', '--count: "x"'],
    ['gossip query x --relay 256', '--relay: "256" is not possible; write a whole number from 0 to 255'],
    ['gossip history --since whenever', '--since: "whenever" is neither an age'],
    ['gossip history --limit 0', '--limit: "0"'],
  ])('%s is refused', async (line, text) => {
    await using agent = await fakeAgent({});
    expect(await opsbro(line, agent)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(text) });
    expect(agent.asked()).toEqual([]);
  });

  test('snapshot is JSON for every reader', async () => {
    await using agent = await fakeAgent({ 'GET /agent/members': pool(member('b'), member('a')) });
    expect(Object.keys(JSON.parse((await opsbro('gossip snapshot', agent)).out))).toEqual(['id-a', 'id-b']);
  });
});

describe('wait-members', () => {
  const numbered = (index: number, body: unknown) =>
    new Answered(200, body, { 'x-opsbro-index': String(index), 'x-opsbro-boot': 'b1' });

  test('asks once when it is so already', async () => {
    await using agent = await fakeAgent({ 'GET /agent/members': pool(member('a'), member('b')) });
    expect(await opsbro('gossip wait-members --group linux --count 2', agent)).toEqual({
      code: 0,
      out: '2 of 2 nodes of group linux are alive\n',
      err: '',
    });
    expect((await opsbro('gossip wait-members --name a --json', agent)).out).toContain('"name":"a"');
  });

  test('waits by reads that wait', async () => {
    const answers = [numbered(4, pool(member('a', { state: 'dead' }))), numbered(5, pool(member('a')))];
    await using agent = await fakeAgent({ 'GET /agent/members': () => answers.shift() });
    expect(await opsbro('gossip wait-members --name a', agent)).toEqual({ code: 0, out: 'a is alive\n', err: '' });
    const [first, second] = agent.asked();
    expect(first).toBe('GET /agent/members');
    expect(second).toMatch(/^GET \/agent\/members\?index=4&boot=b1&wait=(30000|29\d\d\d)ms$/);
  });

  test('gives up after its time, and says how it is', async () => {
    // As an agent that has no news, which answers when the time is over that it was asked to wait.
    const quiet = async (url: string) => {
      const [, wait = '0'] = /wait=(\d+)ms/.exec(url) ?? [];
      await new Promise((resolve) => setTimeout(resolve, Number(wait)));
      return numbered(4, pool(member('a', { state: 'suspect' })));
    };
    await using agent = await fakeAgent({ 'GET /agent/members': quiet });
    expect(await opsbro('gossip wait-members --name a --state left --timeout 100ms', agent)).toEqual({
      code: 2,
      out: '',
      err: 'a is not left after 0.1 seconds (currently suspect)\n',
    });
    expect(await opsbro('gossip wait-members --count 3 --timeout 0', agent)).toMatchObject({
      code: 2,
      err: '3 nodes are not alive after 0 seconds (currently 0 alive)\n',
    });
  });

  test('a name that nobody has ends it at once, unless its coming is waited for', async () => {
    const answers = [pool(member('web1')), pool(member('web1')), pool(member('web1'), member('web2'))];
    await using agent = await fakeAgent({ 'GET /agent/members': () => answers.shift() });
    expect(await opsbro('gossip wait-members --name wbe1', agent)).toMatchObject({
      code: 2,
      err: 'error: no node is named "wbe1"; did you mean "web1"? (--appear waits for it)\n',
    });
    expect(await opsbro('gossip wait-members --name web2 --appear', agent)).toMatchObject({ code: 0 });
  });

  test('outlives an agent that starts again', async () => {
    const stopping = refused(503, 'stopping', 'the agent stops');
    const answers = [pool(member('a', { state: 'dead' })), stopping, pool(member('a'))];
    await using agent = await fakeAgent({ 'GET /agent/members': () => answers.shift() });
    expect(await opsbro('gossip wait-members --name a', agent)).toMatchObject({ code: 0 });
  });

  test('shows on a terminal that it waits, and leaves no trace', async () => {
    const answers = [pool(member('a', { state: 'dead' })), pool(member('a'))];
    await using agent = await fakeAgent({ 'GET /agent/members': () => answers.shift() });
    const { err } = await opsbro('gossip wait-members --name a', { ...agent, terminal: 'terminal' });
    expect(err.replaceAll('\r\u001b[K', '|')).toMatch(/^\|. a is dead \(0s\/30s\).*\|$/);
  });
});

describe('events', () => {
  const event = (id: string, over: object = {}) => ({
    id,
    type: 'deploy',
    from: 'n1',
    payload: 'v2',
    payload_base64: 'djI=',
    ltime: 1,
    heard: 0,
    replayed: false,
    ...over,
  });

  test('add prints the id', async () => {
    await using agent = await fakeAgent({ 'POST /agent/event': event('0011223344556677') });
    expect(await opsbro('gossip events add deploy --payload v2', agent)).toEqual({
      code: 0,
      out: '0011223344556677\n',
      err: '',
    });
    await opsbro('gossip events add deploy', agent);
    expect(agent.asked()).toEqual([
      'POST /agent/event {"type":"deploy","payload":"v2"}',
      'POST /agent/event {"type":"deploy"}',
    ]);
  });

  test('list shows who told what', async () => {
    await using agent = await fakeAgent({ 'GET /agent/events': [event('a', { payload: 'x\u001b[31m', from: null })] });
    expect((await opsbro('gossip events list --utc', agent)).out).toBe(
      'TIME                 TYPE    FROM  PAYLOAD\n1970-01-01 00:00:00  deploy  -     x\\e[31m\n',
    );
  });

  test('wait is content with one that was, unless only a new one will do', async () => {
    const old = event('a');
    const answers = [old, old, old, event('b'), null, event('c'), null];
    await using agent = await fakeAgent({ 'GET /agent/event/deploy': () => answers.shift() });
    expect(await opsbro('gossip events wait deploy', agent)).toEqual({
      code: 0,
      out: 'event deploy is seen\n',
      err: '',
    });
    expect(JSON.parse((await opsbro('gossip events wait deploy --new --json', agent)).out)).toEqual(event('b'));
    expect(JSON.parse((await opsbro('gossip events wait deploy --new --json', agent)).out)).toEqual(event('c'));
    expect(await opsbro('gossip events wait deploy --timeout 0', agent)).toMatchObject({
      code: 2,
      err: expect.stringContaining('event deploy is not seen after 0 seconds'),
    });
  });
});

test('history tells by date what became of whom', async () => {
  const entry = (over: object) => ({
    type: 'node-state-change',
    uuid: 'id-a',
    name: 'a',
    display_name: '',
    old_state: 'alive',
    state: 'dead',
    incarnation: 1,
    reason: '',
    old: null,
    now: null,
    ...over,
  });
  const first = {
    date: 60,
    entries: [entry({ type: 'new', state: 'alive', old_state: null }), entry({ reason: 'it is off' })],
  };
  const second = {
    date: 61,
    entries: [
      entry({ type: 'group-add', now: 'kv', name: 'b', uuid: 'id-b' }),
      entry({ type: 'group-remove', old: 'kv' }),
      entry({ type: 'zone-change', old: 'lan', now: 'dmz' }),
      entry({ type: 'address-change', old: '1.1.1.1:1', now: '2.2.2.2:2' }),
      entry({ type: 'reaped', display_name: 'front' }),
    ],
  };
  const answers = [new Answered(200, [first], { 'x-opsbro-next': '2' }), [second]];
  await using agent = await fakeAgent({ 'GET /history/nodes': () => answers.shift() });
  expect((await opsbro('gossip history --utc', agent)).out.split('\n')).toEqual([
    '1970-01-01 00:01:00',
    '  a  new  √ alive',
    '  a  √ alive → Х dead  it is off',
    '1970-01-01 00:01:01',
    '  b  + group kv',
    '  a  - group kv',
    '  a  zone lan → dmz',
    '  a  address 1.1.1.1:1 → 2.2.2.2:2',
    '  [ front ]  forgotten',
    '',
  ]);
  answers.push([first, second]);
  expect((await opsbro('gossip history --utc --node id-b --since 1d', agent)).out.split('\n')).toHaveLength(3);
  expect(agent.asked().at(-1)).toMatch(/^GET \/history\/nodes\?since=\d{10}$/);
  answers.push([first, second]);
  expect(JSON.parse((await opsbro('gossip history --limit 6 --json', agent)).out)).toMatchObject([
    { date: 60, entries: [{ reason: 'it is off' }] },
    { date: 61 },
  ]);
  answers.push([]);
  expect(await opsbro('gossip history', agent)).toEqual({ code: 0, out: '', err: 'nothing is remembered\n' });
});

describe('leave NODE', () => {
  test('removes a dead node, once that is agreed to', async () => {
    await using agent = await fakeAgent({
      'POST /agent/leave': { leaving: 'web1' },
      'GET /agent/members/web1': member('web1', { state: 'dead' }),
    });
    expect((await opsbro('gossip leave web1', agent)).code).toBe(1);
    expect(await opsbro('gossip leave web1 --dry-run', agent)).toMatchObject({
      code: 0,
      out: 'the dead node web1 is removed from the pool for good (web1 is dead now)\n',
    });
    expect(agent.asked()).toEqual(['GET /agent/members/web1']);
    expect(await opsbro('gossip leave web1 --yes', agent)).toMatchObject({
      code: 0,
      out: 'web1 is removed from the pool\n',
    });
  });

  test('ends with 2 when it lives', async () => {
    await using agent = await fakeAgent({ 'POST /agent/leave': refused(409, 'conflict', '"web1" is alive') });
    expect(await opsbro('gossip leave web1 --yes', agent)).toMatchObject({ code: 2, out: '' });
  });
});

describe('ping and rtt', () => {
  test('a node that answers', async () => {
    const answer = { node: 'id-a', name: 'a', state: 'alive', rtt_ms: 0.84 };
    await using agent = await fakeAgent({ 'POST /agent/ping': answer });
    expect(await opsbro('gossip ping a', agent)).toEqual({ code: 0, out: 'a is alive, 0.8 ms\n', err: '' });
    expect(JSON.parse((await opsbro('gossip ping a --json', agent)).out)).toEqual(answer);
    expect(agent.asked()[0]).toBe('POST /agent/ping {"node":"a","timeout":"3000ms"}');
  });

  test('a node that does not', async () => {
    await using agent = await fakeAgent({
      'POST /agent/ping': { node: 'id-a', name: 'a', state: 'dead', rtt_ms: null },
    });
    expect(await opsbro('gossip ping a', agent)).toMatchObject({
      code: 2,
      out: 'a does not answer (it is held to be dead)\n',
    });
  });

  test('how far nodes are from each other', async () => {
    const answer = { from: 'a', to: 'b', estimated_ms: 1.25, measured_ms: null };
    await using agent = await fakeAgent({
      'GET /agent/rtt?from=a&to=b': answer,
      'GET /agent/rtt?from=self&to=b': { ...answer, estimated_ms: null },
    });
    expect((await opsbro('gossip rtt a b', agent)).out).toBe('a to b: estimated 1.3 ms, measured -\n');
    expect((await opsbro('gossip rtt b', agent)).code).toBe(1);
  });
});

test('why tells what was seen, and a sentence', async () => {
  const evidence = (kind: string, by: string, detail: object = {}) => ({ at: 0, kind, by, incarnation: 3, detail });
  const answer = {
    node: 'id-a',
    name: 'a',
    state: 'dead',
    summary: 'a is dead since then',
    evidence: [evidence('probe-timeout', 'n2', { ms: 500, score: 0 }), evidence('timer-fired', 'node3')],
  };
  await using agent = await fakeAgent({
    'GET /agent/members/a/why': answer,
    'GET /agent/members/a/why?since=10m': { ...answer, evidence: [] },
  });
  expect((await opsbro('gossip why a --utc', agent)).out.split('\n')).toEqual([
    '1970-01-01 00:00:00  n2     did not hear from it in time  ms=500 score=0 incarnation=3',
    '1970-01-01 00:00:00  node3  waited long enough: it is dead  incarnation=3',
    'a is dead since then',
    '',
  ]);
  expect(await opsbro('gossip why a --since 10m', agent)).toMatchObject({ err: 'nothing is remembered of it\n' });
});

test('why --all tells who accused whom and who did not answer', async () => {
  const heard = { at: 0, kind: 'suspect-received', by: 'n2', witness: 'n3', incarnation: 3, detail: {} };
  await using agent = await fakeAgent({
    'GET /agent/members/a/why?all=1': {
      node: 'id-a',
      name: 'a',
      state: 'dead',
      summary: 'n2 is probably what is wrong',
      evidence: [heard, { ...heard, by: 'n3', kind: 'suspect' }],
      answered: ['n3'],
      silent: { n4: 'its door for peers is closed' },
      accusers: [
        { name: 'n2', of_this: true, accused: ['a', 'b', 'c'], healthy: ['b', 'c'] },
        { name: 'n3', of_this: true, accused: ['a'], healthy: [] },
      ],
    },
  });
  const { out, err } = await opsbro('gossip why a --all --utc', agent);
  expect(out.split('\n')).toEqual([
    '1970-01-01 00:00:00  n2  suspects it  incarnation=3  told by n3',
    '1970-01-01 00:00:00  n3  is suspect  incarnation=3',
    'n2 accused 3 in the last hour, of whom live: b, c',
    'n3 accused 1 in the last hour',
    'n2 is probably what is wrong',
    '',
  ]);
  expect(err).toBe('1 of 2 nodes did not answer:\n  n4: its door for peers is closed\n');
});

test('query shows the answers as text', async () => {
  const answer = {
    acks: ['a', 'b'],
    answers: [{ from: 'a', payload: 'up\n5 days', payload_base64: '' }],
    timeout_ms: 3_200,
  };
  const none = { acks: [], answers: [], timeout_ms: 1_000 };
  const answers = [answer, none];
  await using agent = await fakeAgent({ 'POST /agent/query': () => answers.shift() });
  expect(await opsbro('gossip query uptime -- -a', agent)).toEqual({
    code: 0,
    out: 'a: up\\n5 days\n',
    err: '1 answered, 2 confirmed to have it\n',
  });
  expect((await opsbro('gossip query x --group g --node n --node m --timeout 1s --relay 2', agent)).code).toBe(1);
  expect(agent.asked()).toEqual([
    'POST /agent/query {"name":"uptime","payload":"-a","filters":{}}',
    'POST /agent/query {"name":"x","payload":"","filters":{"groups":["g"],"nodes":["n","m"]},"relay_factor":2,"timeout":"1000ms"}',
  ]);
});
