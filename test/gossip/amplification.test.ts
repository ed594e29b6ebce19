import { expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { Core } from '../../src/gossip/core/core.ts';
import { PROFILES } from '../../src/gossip/core/profile.ts';
import type { Alive, PacketMessage } from '../../src/gossip/wire/messages.ts';
import { encode } from '../../src/gossip/wire/packet.ts';
import type { Endpoint } from '../../src/net/address.ts';

const MEMBER = { address: '10.0.0.2', port: 2 };
const STRANGER = { address: '203.0.113.9', port: 53 };

const alive = (node: string, { address, port }: Endpoint): Alive => ({
  kind: 'alive',
  node,
  incarnation: 1,
  address,
  port,
  meta: new Uint8Array(400),
  versions: [1, 5, 2, 2, 5, 5],
});

/** A core that knows one member and has much news to tell. */
function talkative() {
  const core = new Core({
    name: 'me',
    address: '10.0.0.1',
    port: 1,
    incarnation: 1,
    profile: PROFILES.lan,
    random: seeded(1),
    facts: { id: 'id-me', zone: 'internet', isProxy: false, tags: new Map() },
    boot: new Uint8Array(8),
  });
  core.start(0);
  const hear = (message: PacketMessage, from: Endpoint) => {
    const sent = core.step({ type: 'packet', from, messages: [message] }, 0).flatMap((effect) => {
      return effect.type === 'send' ? [effect] : [];
    });
    return sent.map(({ to, messages }) => ({
      to,
      bytes: messages.reduce((sum, each) => sum + encode(each).length, 0),
    }));
  };
  hear(alive('b', MEMBER), MEMBER);
  hear(alive('c', { address: '10.0.0.3', port: 3 }), MEMBER);
  return hear;
}

const ping = (source: Endpoint & { readonly node: string }): PacketMessage => ({
  kind: 'ping',
  seqNo: 1,
  node: 'me',
  source,
});

test('a member that pings is told the news along with the answer', () => {
  const [answer] = talkative()(ping({ ...MEMBER, node: 'b' }), MEMBER);
  expect(answer?.to).toEqual(MEMBER);
  expect(answer?.bytes).toBeGreaterThan(400);
});

test.each([
  ['that nobody knows', { ...STRANGER, node: 'x' }],
  ['that says to be a member, elsewhere', { ...STRANGER, node: 'b' }],
])('a source %s gets an answer smaller than its question', (_, source) => {
  const question = ping(source);
  const answers = talkative()(question, STRANGER);
  expect(answers.map(({ to }) => to)).toEqual([STRANGER]);
  expect(answers[0]?.bytes).toBeLessThan(encode(question).length);
});

test('a request to ping a place where no member is makes us send no more than was asked', () => {
  const target = { node: 'b', target: STRANGER.address, port: STRANGER.port };
  const request: PacketMessage = {
    kind: 'indirectPing',
    seqNo: 1,
    ...target,
    nack: true,
    source: { ...MEMBER, node: 'b' },
  };
  const sent = talkative()(request, MEMBER);
  expect(sent.map(({ to }) => to)).toEqual([STRANGER]);
  expect(sent[0]?.bytes).toBeLessThan(encode(request).length);
});
