import { expect, test } from 'vitest';
import slack from '../../src/handlers/slack.ts';
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
