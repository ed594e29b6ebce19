import { expect, test } from 'vitest';
import slack from '../../src/handlers/slack.ts';
import type { Alert } from '../../src/model/alert.ts';
import { TryLater, Undeliverable } from '../../src/plugins/delivery.ts';
import { ALERT, messageOf } from '../support/alert.ts';
import { fakeDesk } from '../support/desk.ts';
import { never } from '../support/host.ts';
import { fakeSlack } from '../support/slack.ts';

const DISKS = messageOf([{ ...ALERT, name: 'linux/disks', displayName: 'disks', output: 'CRITICAL: / is at 97% <&>' }]);

test('a change of state is posted to the channel', async () => {
  await using api = await fakeSlack();
  const channel = slack.configure({ token: 'xoxb-1', channel: '#ops', api_url: api.url });
  await channel.notify(DISKS, never, fakeDesk());

  const [post] = api.asked;
  expect(post?.method).toBe('chat.postMessage');
  expect(post?.token).toBe('Bearer xoxb-1');
  expect(post?.fields.get('channel')).toBe('#ops');
  expect(post?.fields.get('text')).toBe('CRITICAL linux/disks on db-1: CRITICAL: / is at 97% &lt;&amp;&gt;');
  expect(JSON.parse(post?.fields.get('attachments') ?? '[]')).toMatchObject([{ color: 'danger' }]);
});

test('a channel that does not exist is created, and the message sent again once', async () => {
  await using api = await fakeSlack({
    'chat.postMessage': [{ ok: false, error: 'channel_not_found' }],
    'conversations.create': [{ ok: true, channel: { id: 'C42' } }],
  });
  await slack.configure({ token: 't', channel: '#My Ops', api_url: api.url }).notify(DISKS, never, fakeDesk());
  expect(api.asked.map(({ method }) => method)).toEqual([
    'chat.postMessage',
    'conversations.create',
    'chat.postMessage',
  ]);
  expect(api.asked[1]?.fields.get('name')).toBe('myops');
  expect(api.asked[2]?.fields.get('channel')).toBe('C42');
});

test('a channel that we are not in is joined', async () => {
  await using api = await fakeSlack({ 'chat.postMessage': [{ ok: false, error: 'not_in_channel' }] });
  await slack.configure({ token: 't', api_url: api.url }).notify(DISKS, never, fakeDesk());
  expect(api.asked.map(({ method }) => method)).toEqual(['chat.postMessage', 'conversations.join', 'chat.postMessage']);
});

test('what Slack refuses is said in its words, with the right that is lacking, and never with the token', async () => {
  await using api = await fakeSlack({
    'chat.postMessage': [{ ok: false, error: 'missing_scope', needed: 'chat:write' }],
  });
  const post = slack.configure({ token: 'xoxb-secret', api_url: api.url }).notify(DISKS, never, fakeDesk());
  await expect(post).rejects.toThrow('Slack answered missing_scope (give the token the scope chat:write)');
  expect(api.asked).toHaveLength(1);
});

test('without a token the handler is refused', () => {
  expect(() => slack.configure({})).toThrow('no token');
});

const FAULTS: readonly (readonly [Readonly<Record<string, unknown>>, string, new (...args: never) => Error])[] = [
  [{ ok: false, error: 'invalid_auth' }, 'Slack answered invalid_auth', Undeliverable],
  [{ ok: false, error: 'is_archived' }, 'Slack answered is_archived', Undeliverable],
  [{ ok: false, error: 'restricted_action' }, 'Slack answered restricted_action', Undeliverable],
  [{ ok: false, error: 'internal_error' }, 'Slack answered internal_error', Error],
  [{ ok: false, error: 'ratelimited' }, 'Slack asks for patience', TryLater],
  [{ status: 429, retryAfter: 3 }, 'Slack asks for patience', TryLater],
  [{ status: 503 }, 'Slack cannot be reached', Error],
];

test.each(FAULTS)('the answer %j is told as %s', async (answer, message, kind) => {
  await using api = await fakeSlack({ 'chat.postMessage': [answer] });
  const post = slack.configure({ token: 'xoxb-secret', api_url: api.url }).notify(DISKS, never, fakeDesk());
  const error: unknown = await post.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject({ message: expect.stringContaining(message) });
  expect(String(error)).not.toContain('xoxb-secret');
  if (kind === Error) expect(error).not.toBeInstanceOf(Undeliverable);
  expect(api.asked).toHaveLength(1);
});

test('the time that Slack names is kept', async () => {
  await using api = await fakeSlack({ 'chat.postMessage': [{ status: 429, retryAfter: 3 }] });
  const post = slack.configure({ token: 't', api_url: api.url }).notify(DISKS, never, fakeDesk());
  await expect(post).rejects.toMatchObject({ waitMs: 3_000 });
});

test('a name that is taken is looked up on all pages, and its id kept', async () => {
  await using api = await fakeSlack({
    'chat.postMessage': [{ ok: false, error: 'channel_not_found' }],
    'conversations.create': [{ ok: false, error: 'name_taken' }],
    'conversations.list': [
      { ok: true, channels: [{ id: 'C1', name: 'other' }], response_metadata: { next_cursor: 'more' } },
      { ok: true, channels: [{ id: 'C2', name: 'ops' }], response_metadata: { next_cursor: '' } },
    ],
  });
  const channel = slack.configure({ token: 't', channel: '#ops', api_url: api.url });
  await channel.notify(DISKS, never, fakeDesk());
  await channel.notify(DISKS, never, fakeDesk());
  const posts = api.asked.filter(({ method }) => method === 'chat.postMessage');
  expect(posts.map(({ fields }) => fields.get('channel'))).toEqual(['#ops', 'C2', 'C2']);
  const pages = api.asked.filter(({ method }) => method === 'conversations.list');
  expect(pages.map(({ fields }) => fields.get('cursor'))).toEqual([null, 'more']);
});

test('a channel is not created when that is not wanted, and only once for a message', async () => {
  const missing = { ok: false, error: 'channel_not_found' };
  await using api = await fakeSlack({ 'chat.postMessage': [missing, missing, missing] });
  const never_ = slack.configure({ token: 't', api_url: api.url, create_channel: false });
  await expect(never_.notify(DISKS, never, fakeDesk())).rejects.toThrow(Undeliverable);
  const once = slack.configure({ token: 't', api_url: api.url });
  await expect(once.notify(DISKS, never, fakeDesk())).rejects.toThrow(Undeliverable);
  expect(api.asked.filter(({ method }) => method === 'conversations.create')).toHaveLength(1);
});

test('each severity may have its channel', async () => {
  await using api = await fakeSlack();
  const channel = slack.configure({ token: 't', channel: { critical: '#now', ok: '#fine' }, api_url: api.url });
  const recovery = { ...ALERT, severity: 'ok', state: 'ok' } as const;
  for (const message of [DISKS, messageOf([recovery]), messageOf([{ ...ALERT, severity: 'warning' }])]) {
    await channel.notify(message, never, fakeDesk());
  }
  expect(api.asked.map(({ fields }) => fields.get('channel'))).toEqual(['#now', '#fine', '#alerts']);
});

test('with threads what follows is an answer, and the end is shown to all', async () => {
  await using api = await fakeSlack();
  const channel = slack.configure({ token: 't', threads: true, api_url: api.url });
  for (const status of ['firing', 'firing', 'resolved'] as const) {
    await channel.notify(messageOf([{ ...ALERT, status }]), never, fakeDesk());
  }
  const places = api.asked.map(({ fields }) => [fields.get('thread_ts'), fields.get('reply_broadcast')]);
  expect(places).toEqual([
    [null, null],
    ['1.0', null],
    ['1.0', 'true'],
  ]);
});

test.each<[Partial<Alert>, string, string, string]>([
  [{ kind: 'group', name: 'mysql', severity: 'ok' }, 'The group mysql was add', 'good', 'Group:add'],
  [{ kind: 'group', name: 'mysql', severity: 'warning' }, 'The group mysql was remove', 'danger', 'Group:remove'],
  [
    { kind: 'compliance', name: 'x', displayName: 'passwd', state: 'fixed', oldState: 'error' },
    'The compliance passwd did change state from ERROR to FIXED',
    '#cde6ff',
    'Compliance:passwd',
  ],
  [{ kind: 'node', name: '', state: 'dead' }, 'Node db-1 is dead', 'danger', '*Node*'],
])('an alert %j has its form', async (change, text, color, field) => {
  await using api = await fakeSlack();
  const channel = slack.configure({ token: 't', api_url: api.url });
  await channel.notify(messageOf([{ ...ALERT, ...change }]), never, fakeDesk());
  const [post] = api.asked;
  expect(post?.fields.get('text')).toBe(text);
  expect(post?.fields.get('attachments')).toContain(field);
  expect(JSON.parse(post?.fields.get('attachments') ?? '[]')).toMatchObject([{ color }]);
});

test('several alerts are one message, and what is not listed is counted', async () => {
  await using api = await fakeSlack();
  const channel = slack.configure({ token: 't', api_url: api.url });
  await channel.notify(messageOf([ALERT, { ...ALERT, name: 'b' }], { more: 3, isTest: true }), never, fakeDesk());
  const [post] = api.asked;
  expect(post?.fields.get('text')).toBe('TEST 5 alerts on db-1');
  expect(JSON.parse(post?.fields.get('attachments') ?? '[]')).toMatchObject([{}, {}, { text: 'and 3 more' }]);
});
