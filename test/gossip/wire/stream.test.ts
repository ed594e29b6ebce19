import { describe, expect, test } from 'vitest';
import type { NodeEntry, PushPull, StreamMessage } from '../../../src/gossip/wire/messages.ts';
import { type Packable, pack, struct } from '../../../src/gossip/wire/pack.ts';
import { isMalformed, malformed } from '../../../src/gossip/wire/refusal.ts';
import { clearReader, clearStream, read } from '../../support/clear.ts';
import { lzwOfZeros } from './bombs.ts';
import { fromHex, shown, shownEntry, toHex, vectorsOf } from './vectors.ts';

const plain = (await vectorsOf('plain.json')).filter(([, { kind }]) => kind.startsWith('stream:'));
const compressed = (await vectorsOf('compressed.json')).filter(([, { kind }]) => kind === 'tcp');

function messageOf(bytes: Uint8Array): StreamMessage {
  const content = read(bytes);
  if (!content || isMalformed(content)) throw new Error(`no message: ${content?.reason}`);
  expect(content.dropped).toEqual([]);
  return content.message;
}

function byteByByte(bytes: Uint8Array): unknown {
  const reader = clearReader();
  for (const [at] of bytes.entries()) {
    const outcome = reader.push(bytes.subarray(at, at + 1));
    if (outcome) return [at, outcome];
  }
  return undefined;
}

interface ShownState {
  readonly Events: { readonly length: number; readonly nonNull: readonly unknown[] };
  readonly [field: string]: unknown;
}

function shownState({ serf }: PushPull): unknown {
  const events = serf?.events ?? [];
  const nonNull = events.flatMap((entry) => entry ?? []);
  return {
    EventLTime: serf?.eventLTime,
    Events: {
      length: events.length,
      nonNull: nonNull.map(({ lTime, events: inner }) => ({
        Events: inner.map(({ name, payload }) => ({ Name: name, Payload: Buffer.from(payload).toString() })),
        LTime: lTime,
      })),
    },
    LTime: serf?.lTime,
    LeftMembers: serf?.leftMembers,
    QueryLTime: serf?.queryLTime,
    StatusLTimes: Object.fromEntries(serf?.statusLTimes ?? []),
  };
}

describe('a recorded stream', () => {
  test.each(plain)('%s is read, and written the same', (_, { hex, json }) => {
    const message = messageOf(fromHex(hex));
    const recorded = json as { body: unknown; header: { Join: boolean }; nodes: unknown; user: { body: ShownState } };
    if (message.kind === 'pushPull') {
      expect(message.join).toBe(recorded.header.Join);
      expect(message.nodes.map(shownEntry)).toEqual(recorded.nodes);
      expect(shownState(message)).toEqual(recorded.user.body);
    } else {
      expect(shown(message)).toEqual(recorded.body);
    }
    expect(sortedTimes(toHex(clearStream(message)), message)).toBe(sortedTimes(hex, message));
  });

  test.each(compressed)(
    'that is compressed, %s, is read as what it expands to',
    (_, { hex, decompressedHex = '', contains }) => {
      expect(read(fromHex(hex))).toEqual(read(fromHex(decompressedHex)));
      expect([messageOf(fromHex(hex)).kind]).toEqual(contains);
    },
  );

  test.each([...plain, ...compressed])('%s gives the same byte by byte, at its last byte', (_, { hex }) => {
    expect(byteByByte(fromHex(hex))).toEqual([hex.length / 2 - 1, read(fromHex(hex))]);
  });

  test('is read though bytes follow', () => {
    const bytes = fromHex('0282a75061796c6f6164c0a55365714e6f10ffffff');
    expect(messageOf(bytes)).toEqual({ kind: 'ack', seqNo: 16, payload: null });
  });
});

/** The status times have no order on the wire: takes them out, to compare the rest byte for byte. */
function sortedTimes(hex: string, message: StreamMessage): string {
  if (message.kind !== 'pushPull' || !message.serf) return hex;
  const start = hex.indexOf(Buffer.from('StatusLTimes').toString('hex'));
  const rest = hex.slice(start);
  return `${hex.slice(0, start)} ${[...(rest.match(/../g) ?? [])].sort().join('')}`;
}

const NODE: NodeEntry = {
  name: 'n1',
  incarnation: 7,
  address: 'fd00::3',
  port: 6768,
  meta: fromHex('ff80'),
  state: 'suspect',
  versions: [1, 5, 2, 2, 5, 5],
};

const PUSH_PULL: PushPull = {
  kind: 'pushPull',
  join: true,
  nodes: [NODE],
  serf: {
    lTime: 3,
    eventLTime: 4,
    queryLTime: 5,
    statusLTimes: new Map([
      ['n1', 2],
      ['n2', 0],
    ]),
    leftMembers: ['n9'],
    events: [null, { lTime: 1, events: [{ name: 'deploy', payload: fromHex('00ff') }] }],
    opsbro: pack(struct({ V: 1, D: new Map([['id', [1, 2, 3]]]) })),
  },
};

/** A push/pull of hand-made pieces. */
const pushPull = (head: Readonly<Record<string, Packable>>, ...rest: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.of(6, ...pack(struct(head)), ...rest.flatMap((piece) => [...piece]));

describe('a stream of ours', () => {
  test.each<[string, StreamMessage]>([
    ['push/pull', PUSH_PULL],
    ['push/pull without members and state', { kind: 'pushPull', join: false, nodes: [], serf: null }],
    ['error', { kind: 'error', text: 'remote state is encrypted' }],
    ['ping', { kind: 'ping', node: 'n1', seqNo: 1 }],
    [
      'user message',
      {
        kind: 'own',
        boot: new Uint8Array(8),
        counter: 1,
        ownKind: 3,
        body: new Uint8Array(70_000),
        sender: 'n1',
        version: 1,
      },
    ],
  ])('with a %s is read back', (_, message) => {
    expect(messageOf(clearStream(message))).toEqual(message);
  });

  test('with a Serf message tells its length first', () => {
    const join = clearStream({ kind: 'joinIntent', lTime: 1, node: 'n2' });
    expect(toHex(join)).toBe(`0881aa557365724d73674c656e11${'0182a54c54696d6501a44e6f6465a26e32'}`);
  });
});

describe('a hostile stream', () => {
  test.each([
    ['a label', 'f4046c616231', 'label'],
    ['encryption', '0a00000020', 'encrypted'],
    ['an unknown type', '64', 'unknownType'],
    ['an unknown Serf type', '0881aa557365724d73674c656e026480', 'unknownType'],
    ['2^31 members', toHex(pushPull({ Join: true, Nodes: 2 ** 31, UserStateLen: 0 })), 'tooBig'],
    ['a state of 30 MB', toHex(pushPull({ Join: true, Nodes: 0, UserStateLen: 30_000_000 })), 'tooBig'],
    ['a user message of 30 MB', toHex(Uint8Array.of(8, ...pack(struct({ UserMsgLen: 30_000_000 })))), 'tooBig'],
    ['a negative length', toHex(pushPull({ Join: true, Nodes: 0, UserStateLen: -1 })), 'malformed'],
    ['17 lists in each other', `00${'91'.repeat(17)}`, 'tooDeep'],
    ['compression of a half message', toHex(compress(lzwOfZeros(1))), 'truncated'],
  ])('with %s is refused', (_, hex, reason) => {
    expect(read(fromHex(hex))).toEqual(malformed(reason as 'label'));
  });

  test('with a state longer than what came waits for the rest', () => {
    expect(read(pushPull({ Join: true, Nodes: 0, UserStateLen: 100 }, new Uint8Array(99)))).toBeUndefined();
  });

  test('with a member that is none keeps the others', () => {
    const bad = pack(struct({ Name: 'n2', Addr: Uint8Array.of(127, 0, 0, 1), Vsn: 'abcd' }));
    const good = clearStream({ ...PUSH_PULL, serf: null });
    const head = pack(struct({ Join: true, Nodes: 1, UserStateLen: 0 }));
    const bytes = pushPull({ Join: true, Nodes: 2, UserStateLen: 0 }, bad, good.subarray(1 + head.length));
    expect(read(bytes)).toEqual({
      message: { kind: 'pushPull', join: true, nodes: [NODE], serf: null },
      dropped: ['badVersionBytes'],
    });
  });

  test('with a state that cannot be read keeps the members', () => {
    const state = fromHex('0290');
    expect(read(pushPull({ Join: false, Nodes: 0, UserStateLen: state.length }, state))).toEqual({
      message: { kind: 'pushPull', join: false, nodes: [], serf: null },
      dropped: ['malformed'],
    });
  });

  test('with names that are none in its state keeps the other names', () => {
    const state = Uint8Array.of(2, ...pack(struct({ LeftMembers: ['', 'n9'], StatusLTimes: new Map([['a\nb', 1]]) })));
    const content = read(pushPull({ Join: false, Nodes: 0, UserStateLen: state.length }, state));
    expect(content).toMatchObject({ message: { serf: { leftMembers: ['n9'] } }, dropped: ['badName', 'badName'] });
  });

  test('of 21 MiB is refused', () => {
    const reader = clearReader();
    const mebibyte = new Uint8Array(1 << 20);
    expect(reader.push(fromHex('0881aa557365724d73674c656ece013fffd0'))).toBeUndefined();
    const outcomes = Array.from({ length: 21 }, () => reader.push(mebibyte));
    expect(outcomes.at(-1)).toEqual(malformed('tooBig'));
  });

  test('that expands beyond 40 MiB is refused', () => {
    expect(read(compress(lzwOfZeros(45_000_000)))).toEqual(malformed('tooBig'));
  });

  test('in many small pieces costs each byte once', () => {
    const reader = clearReader();
    const names = Array.from({ length: 20_000 }, (_, i) => `node-${i}`);
    const bytes = clearStream({ ...PUSH_PULL, nodes: [], serf: { ...emptyState, leftMembers: names } });
    let outcome: unknown;
    for (let at = 0; at < bytes.length; at += 10) outcome = reader.push(bytes.subarray(at, at + 10));
    expect(outcome).toMatchObject({ message: { serf: { leftMembers: names } } });
  });
});

const emptyState = { lTime: 0, eventLTime: 0, queryLTime: 0, statusLTimes: new Map(), leftMembers: [], events: [] };

function compress(content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(9), pack(struct({ Algo: 0, Buf: content }))]);
}
