import { once } from 'node:events';
import { expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';
import { frame, stream } from '../support/stream.ts';

const member = (name: string, over: object = {}) => ({
  uuid: `id-${name}`,
  name,
  display_name: '',
  addr: '127.0.0.2',
  port: 6768,
  state: 'alive',
  zone: 'internet',
  groups: ['linux'],
  tags: {},
  is_proxy: false,
  ...over,
});

const NEWS = [
  frame('hello', { node: 'n' }),
  frame('gossip', { type: 'gossip::dead', ...member('a', { state: 'dead' }) }),
  frame('checks', { node: 'id-a' }),
  frame('gossip', { type: 'gossip::reaped', uuid: 'id-a\u001b' }),
  frame('gossip', { type: 'gossip::alive', ...member('b', { zone: 'lan' }) }),
];

test('every change of a node is a line, and after so many it ends', async () => {
  await using agent = await fakeAgent({});
  using _stream = stream(agent.server, NEWS);
  expect(await opsbro('gossip watch --count 3 --utc', agent)).toEqual({
    code: 0,
    out: [
      '1970-01-01 00:00:00  - internet > a  Х dead  127.0.0.2:6768  linux',
      '1970-01-01 00:00:00  - id-a\\e  forgotten',
      '1970-01-01 00:00:00  - lan > b  √ alive  127.0.0.2:6768  linux',
      '',
    ].join('\n'),
    err: '',
  });
  const { out } = await opsbro('gossip members --watch --zone lan --count 1 --json', agent);
  expect(JSON.parse(out)).toMatchObject({ name: 'b' });
});

test('on a terminal everything is drawn anew', async () => {
  await using agent = await fakeAgent({ 'GET /agent/members': { b: member('b') } });
  using _stream = stream(agent.server, NEWS);
  const { code, out } = await opsbro('gossip members --watch --count 2', { ...agent, terminal: 'terminal' });
  expect(code).toBe(0);
  expect(out).toContain('\u001b[H\u001b[2J──────────── Zone: internet');
});

test('events come as lines as well', async () => {
  const event = { id: 'i', type: 'deploy', from: 'n1', payload: 'v2', heard: 0 };
  await using agent = await fakeAgent({});
  using _stream = stream(agent.server, [...NEWS, frame('events', event)]);
  expect((await opsbro('gossip events list --watch --count 1 --utc', agent)).out).toBe(
    '1970-01-01 00:00:00  deploy  n1  v2\n',
  );
});

test('it lasts until the user interrupts, which is no failure, and survives an agent that goes', async () => {
  await using agent = await fakeAgent({});
  using live = stream(agent.server, NEWS.slice(0, 2));
  const user = new AbortController();
  const watching = opsbro('gossip watch', { ...agent, interrupt: user.signal });
  const [first] = await once(live.door, 'connection');
  first.close();
  await once(live.door, 'connection');
  user.abort();
  const { code, out, err } = await watching;
  expect({ code, err }).toEqual({ code: 0, err: 'the agent is gone; waiting for it\n' });
  expect(out.split('\n').length).toBeGreaterThanOrEqual(2);
});
