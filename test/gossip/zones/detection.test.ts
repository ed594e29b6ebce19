import { expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import type { Ack, Ping } from '../../../src/gossip/wire/messages.ts';
import { encode } from '../../../src/gossip/wire/packet.ts';
import { packAnswer, packRequest, readRequest } from '../../../src/gossip/zones/detect-bodies.ts';
import { Detection } from '../../../src/gossip/zones/detection.ts';
import type { ZoneRelation } from '../../../src/gossip/zones/zone-relation.ts';
import { SimulatedClock } from '../../support/clock.ts';

interface NodeOptions {
  readonly zone?: string;
  readonly isProxy?: boolean;
  /** Zones whose keys it holds. */
  readonly keys?: readonly string[];
  readonly answers?: boolean;
  readonly groups?: readonly string[];
}

/** Zones of the segments: internet > lan > customer. */
const ORDER = ['internet', 'lan', 'customer'];

function relation(own: string, other: string): ZoneRelation {
  if (own === other) return 'same';
  const [mine, theirs] = [ORDER.indexOf(own), ORDER.indexOf(other)];
  if (theirs < 0) return 'other';
  return theirs === mine + 1 ? 'child' : theirs < mine ? 'ancestor' : 'other';
}

/** Nodes on one network segment in virtual time. */
class Segment {
  readonly clock = new SimulatedClock();
  readonly counts = new Map<string, number>();
  readonly pings: Ping[] = [];
  readonly answers: { readonly size: number; readonly zone: string }[] = [];
  readonly #asking = new Map<Detection, (ping: Ping) => void>();
  readonly #nodes = new Map<string, { readonly detection: Detection; readonly options: Required<NodeOptions> }>();

  add(name: string, given: NodeOptions = {}): Detection {
    const options = { zone: 'internet', isProxy: false, keys: [], answers: true, groups: ['linux'], ...given };
    const address = `10.0.0.${this.#nodes.size + 1}`;
    const place = { address, port: 6_768 };
    const detection = new Detection({
      clock: this.clock,
      random: seeded(this.#nodes.size + 1),
      self: () => ({ id: `id-${name}`, name, ...place, peerPort: 6_769, ...options }),
      relationTo: (zone) => relation(options.zone, zone),
      isKeyed: (zone) => options.keys.includes(zone),
      answers: options.answers,
      send: (to, zone, ack) => {
        this.sentTo(`${to.address}:${to.port}`);
        this.#deliver(to.address, zone, ack, place);
      },
      count: (reason) => void this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1),
    });
    this.#nodes.set(address, { detection, options });
    this.#asking.set(detection, (ping) => this.#broadcast(ping, options, place));
    return detection;
  }

  /** Sends a question of that node to all. */
  asking(detection: Detection): (ping: Ping) => void {
    return this.#asking.get(detection) ?? (() => {});
  }

  async search(detection: Detection, timeoutMs = 5_000): Promise<string[]> {
    const searching = detection.search(timeoutMs, this.asking(detection));
    this.clock.run(timeoutMs);
    return (await searching).map(({ name, address }) => name || `serf at ${address}`);
  }

  #broadcast(ping: Ping, { zone, keys }: Required<NodeOptions>, from: { address: string; port: number }): void {
    this.pings.push(ping);
    const sealedBy = keys.includes(zone) ? zone : undefined;
    for (const { detection, options } of this.#nodes.values()) {
      // Who has not the key cannot even read it.
      if (sealedBy !== undefined && !options.keys.includes(sealedBy)) continue;
      detection.takePing(ping, { from, sealedBy, size: encode(ping).length });
    }
  }

  /** Told of where each answer goes. */
  sentTo: (place: string) => void = () => {};

  #deliver(address: string, zone: string, ack: Ack, from: { address: string; port: number }): void {
    this.answers.push({ size: encode(ack).length, zone });
    this.#nodes.get(address)?.detection.takeAck(ack, from);
  }
}

test('all nodes of the zone that hear the question are found, once each, and not the asker itself', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  segment.add('b');
  segment.add('c');
  expect(await segment.search(asker)).toEqual(['b', 'c']);
  expect(segment.pings).toHaveLength(5);
});

test('a node that is not to answer is not found', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  segment.add('b', { answers: false });
  expect(await segment.search(asker)).toEqual([]);
});

test.each<{ title: string; asker: NodeOptions; other: NodeOptions; isFound: boolean }>([
  { title: 'same zone, same key', asker: { keys: ['internet'] }, other: { keys: ['internet'] }, isFound: true },
  { title: 'asker without the key', asker: {}, other: { keys: ['internet'] }, isFound: false },
  { title: 'only the asker has a key', asker: { keys: ['internet'] }, other: {}, isFound: false },
  {
    title: 'proxy of the parent that holds the key of the child',
    asker: { zone: 'lan', keys: ['lan'] },
    other: { isProxy: true, keys: ['internet', 'lan'] },
    isFound: true,
  },
  {
    title: 'plain node of the parent',
    asker: { zone: 'lan', keys: ['lan'] },
    other: { keys: ['internet', 'lan'] },
    isFound: false,
  },
  {
    title: 'child in the clear although its zone has a key',
    asker: { zone: 'lan' },
    other: { isProxy: true, keys: ['internet', 'lan'] },
    isFound: false,
  },
  {
    title: 'child in the clear, proxy of a clear parent',
    asker: { zone: 'lan' },
    other: { isProxy: true },
    isFound: true,
  },
  { title: 'parent in the clear asks a child', asker: {}, other: { zone: 'lan' }, isFound: true },
  {
    title: 'parent in the clear asks a child with a key',
    asker: {},
    other: { zone: 'lan', keys: ['lan'] },
    isFound: false,
  },
  { title: 'a zone that is not known', asker: { zone: 'moon' }, other: {}, isFound: false },
])('$title: found $isFound', async ({ asker, other, isFound }) => {
  const segment = new Segment();
  const searching = segment.add('a', asker);
  segment.add('b', other);
  expect(await segment.search(searching)).toEqual(isFound ? ['b'] : []);
});

test('in the clear an answer is never longer than its question, however many groups there are', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  segment.add('b', { groups: Array.from({ length: 60 }, (_, place) => `group-with-a-long-name-${place}`) });
  expect(await segment.search(asker)).toEqual(['b']);
  const [ping] = segment.pings;
  const [answer] = segment.answers;
  expect(ping && encode(ping).length).toBe(512);
  expect(answer?.size).toBeLessThanOrEqual(ping ? encode(ping).length : 0);
});

test('a question without room for an answer is not answered', () => {
  const segment = new Segment();
  const detection = segment.add('a');
  const opsbro = packRequest({ zone: 'internet', nonce: new Uint8Array(8) }, 0);
  const ping: Ping = { kind: 'ping', seqNo: 1, node: '', opsbro };
  expect(detection.takePing(ping, { from: { address: '10.0.0.99', port: 1 }, sealedBy: undefined, size: 60 })).toBe(
    true,
  );
  segment.clock.run(1_000);
  expect(segment.answers).toEqual([]);
});

test('one source gets at most ten answers a second', () => {
  const segment = new Segment();
  const detection = segment.add('a');
  const opsbro = packRequest({ zone: 'internet', nonce: new Uint8Array(8) }, 300);
  for (let seqNo = 0; seqNo < 50; seqNo += 1) {
    const ping: Ping = { kind: 'ping', seqNo, node: '', opsbro };
    detection.takePing(ping, { from: { address: '10.0.0.99', port: 1 }, sealedBy: undefined, size: 500 });
  }
  segment.clock.run(500);
  expect(segment.answers).toHaveLength(10);
  expect(segment.counts.get('dropped_detect_rate')).toBe(40);
});

test('a plain serf that answers is found without a name', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  const searching = asker.search(1_000, segment.asking(asker));
  const [ping] = segment.pings;
  const from = { address: '10.0.0.50', port: 7_946 };
  expect(asker.takeAck({ kind: 'ack', seqNo: ping?.seqNo ?? 0, payload: null }, from)).toBe(true);
  segment.clock.run(1_000);
  expect(await searching).toMatchObject([{ name: '', id: '', ...from }]);
});

test('an answer to another question is not taken, and a ping of a member is none', () => {
  const asker = new Segment().add('a');
  const from = { address: '10.0.0.50', port: 7_946 };
  expect(asker.takeAck({ kind: 'ack', seqNo: 7, payload: null }, from)).toBe(false);
  expect(asker.takePing({ kind: 'ping', seqNo: 7, node: 'a' }, { from, sealedBy: undefined, size: 60 })).toBe(false);
});

test('one node is asked until it answers, and tells where it listens for peers', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  const other = segment.add('b');
  const asked: Ping[] = [];
  const asking = asker.first(5_000, (question) => {
    asked.push(question);
    // The first one is lost.
    if (asked.length > 1)
      other.takePing(question, {
        from: { address: '10.0.0.1', port: 6_768 },
        sealedBy: undefined,
        size: encode(question).length,
      });
  });
  segment.clock.run(1_200);
  expect(await asking).toMatchObject({ id: 'id-b', address: '10.0.0.2', peerPort: 6_769 });
  segment.clock.run(5_000);
  expect(asked).toHaveLength(2);
});

test('one node that stays silent is nobody when the time is over, and so when the search is ended', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  const asking = asker.first(2_500, () => {});
  segment.clock.run(2_500);
  expect(await asking).toBeUndefined();
  const ended = asker.search(60_000, () => {});
  asker[Symbol.dispose]();
  expect(await ended).toEqual([]);
});

test('the answer goes where the question came from, not to a place that is written in it', () => {
  const segment = new Segment();
  const detection = segment.add('a');
  const sent: string[] = [];
  const asked = { source: { address: '10.0.0.255', port: 53, node: 'x' }, seqNo: 1, node: '' } as const;
  const opsbro = packRequest({ zone: 'internet', nonce: new Uint8Array(8) }, 300);
  const heard = { from: { address: '10.0.0.77', port: 7 }, sealedBy: undefined, size: 500 };
  segment.sentTo = (to) => sent.push(to);
  expect(detection.takePing({ kind: 'ping', ...asked, opsbro }, heard)).toBe(true);
  segment.clock.run(200);
  expect(sent).toEqual(['10.0.0.77:7']);
});

test('who is reached in two ways is found once, by an address that is good beyond one link', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  const searching = asker.search(1_000, segment.asking(asker));
  const [ping] = segment.pings;
  const request = readRequest(ping?.opsbro ?? new Uint8Array());
  const answer = (address: string | undefined) =>
    packAnswer(
      {
        ...{ id: 'id-b', name: 'b', zone: 'internet', port: 6_768, peerPort: 0, isProxy: false, groups: [], address },
        nonce: request?.nonce ?? new Uint8Array(8),
      },
      500,
    );
  const hear = (from: string, told: string | undefined) =>
    asker.takeAck(
      { kind: 'ack', seqNo: ping?.seqNo ?? 0, payload: null, opsbro: answer(told) },
      { address: from, port: 6_768 },
    );
  hear('fe80::2%eth0', undefined);
  hear('fe80::2%eth0', 'fd77::2');
  hear('10.0.0.2', '10.0.0.2');
  segment.clock.run(1_000);
  expect(await searching).toMatchObject([{ name: 'b', address: 'fd77::2' }]);
});

test('an answer that nobody asked for in these words is not believed', async () => {
  const segment = new Segment();
  const asker = segment.add('a');
  const searching = asker.search(1_000, segment.asking(asker));
  const [ping] = segment.pings;
  const forged = { id: 'id-x', name: 'x', zone: 'internet', port: 1, peerPort: 0, isProxy: true, groups: [] };
  const from = { address: '10.0.0.66', port: 1 };
  for (const opsbro of [
    packAnswer({ ...forged, nonce: new Uint8Array(8) }, 500),
    new Uint8Array(1_200).fill(0xff),
    Uint8Array.of(0x80),
  ]) {
    expect(asker.takeAck({ kind: 'ack', seqNo: ping?.seqNo ?? 0, payload: null, opsbro }, from)).toBe(true);
  }
  segment.clock.run(1_000);
  expect(await searching).toEqual([]);
});

test('questions of ever new sources get only so many answers, and all of them in the next second again', () => {
  const segment = new Segment();
  const detection = segment.add('a');
  const opsbro = packRequest({ zone: 'internet', nonce: new Uint8Array(8) }, 300);
  const flood = () => {
    for (let seqNo = 0; seqNo < 2_000; seqNo += 1) {
      const from = { address: `10.9.${seqNo >> 8}.${seqNo & 255}`, port: 1 };
      detection.takePing({ kind: 'ping', seqNo, node: '', opsbro }, { from, sealedBy: undefined, size: 500 });
    }
    segment.clock.run(1_000);
  };
  flood();
  expect([segment.answers.length, segment.counts.get('dropped_detect_rate')]).toEqual([256, 1_744]);
  flood();
  expect(segment.answers).toHaveLength(512);
});
