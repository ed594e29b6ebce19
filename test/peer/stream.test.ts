import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { FRAME, FrameReader, frameBytes, frameHead, MAX_FRAME } from '../../src/peer/frames.ts';
import { type CloseReason, PeerStream } from '../../src/peer/stream.ts';
import { SimulatedClock } from '../support/clock.ts';
import { eventually } from '../support/gossip.ts';
import { clientWith, countOf, newKey, openDoor, TestKeys } from './pair.ts';
import { pipe } from './pipe.ts';

const KEY = newKey();
const withKey = () => new TestKeys({ internet: [KEY] });

test('frames come out as they went in, however the bytes are cut', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((payload) => frameBytes(FRAME.data, payload)));
      const reader = new FrameReader();
      const got: Buffer[] = [];
      for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
        const end = at + (cuts[cut % cuts.length] ?? 1);
        const frames = reader.push(bytes.subarray(at, end));
        if (frames === 'too_large') throw new Error('nothing is too large here');
        got.push(...frames.map(({ payload }) => payload));
        at = end;
      }
      expect(got.map((each) => [...each])).toEqual(sent.map((each) => [...each]));
    }),
  );
});

test('bytes of any kind are frames, a part of one, or too large', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
      const reader = new FrameReader();
      for (const piece of pieces) if (reader.push(Buffer.from(piece)) === 'too_large') return;
    }),
  );
});

test.each([MAX_FRAME + 1, 0xffff_ffff])('a frame of %d bytes is refused by its head', (length) => {
  expect(new FrameReader().push(frameHead(FRAME.data, length))).toBe('too_large');
  const second = Buffer.concat([frameBytes(FRAME.data, Buffer.from('x')), frameHead(FRAME.data, length)]);
  expect(new FrameReader().push(second)).toBe('too_large');
});

test('the longest frame passes', () => {
  const frames = new FrameReader().push(frameBytes(FRAME.data, Buffer.alloc(MAX_FRAME)));
  expect(frames).toMatchObject([{ type: FRAME.data }]);
  expect(() => new PeerStream(pipe()[0], Buffer.alloc(0), systemClock).send(Buffer.alloc(MAX_FRAME + 1))).toThrow(
    RangeError,
  );
});

/** Two streams that talk to each other in the time of a test. */
function talk(clock = new SimulatedClock()) {
  const [left, right] = pipe();
  const a = new PeerStream(left, Buffer.alloc(0), clock);
  const b = new PeerStream(right, Buffer.alloc(0), clock);
  const got: string[] = [];
  const ends: [string, CloseReason][] = [];
  a.onClose((reason) => ends.push(['a', reason]));
  b.onClose((reason) => ends.push(['b', reason]));
  a.onFrame(() => {});
  b.onFrame((payload) => got.push(payload.toString()));
  return { a, b, left, right, clock, got, ends };
}

test('two streams that have nothing to say stay open', async () => {
  const { a, clock, ends, got } = talk();
  await clock.runAsync(120_000);
  expect(ends).toEqual([]);
  a.send(Buffer.from('still here'));
  await clock.runAsync(0);
  expect(got).toEqual(['still here']);
});

test('who gives no sign of life for 15 s is given up', async () => {
  const { right, clock, ends } = talk();
  right.write = () => true;
  await clock.runAsync(14_999);
  expect(ends).toEqual([]);
  await clock.runAsync(1);
  expect(ends).toContainEqual(['a', 'silent']);
});

test('who does not read does not blame the other side', async () => {
  const { a, clock, ends } = talk();
  a.pause();
  await clock.runAsync(60_000);
  expect(ends).toEqual([]);
});

test('an end is told to the other side with its reason', async () => {
  const { a, b, clock, ends } = talk();
  b.close('stopping');
  await clock.runAsync(2_000);
  expect(ends).toEqual([
    ['b', 'stopping'],
    ['a', 'stopping'],
  ]);
  expect(a.send(Buffer.from('x'))).toBe(false);
});

test.each([
  ['a type that is none', Buffer.from([0, 0, 0, 0, 9]), 'bad_frame'],
  ['a frame that is too large', frameHead(FRAME.data, MAX_FRAME + 1), 'too_large'],
  ['an end without a reason', frameBytes(FRAME.close, Buffer.alloc(0)), 'done'],
  ['an end for an unknown reason', frameBytes(FRAME.close, Buffer.of(200)), 'lost'],
])('%s ends the stream', async (_, bytes, reason) => {
  const { right, clock, ends } = talk();
  right.write(bytes);
  await clock.runAsync(2_000);
  expect(ends[0]).toEqual(['a', reason]);
});

test('who never reads is given up before the memory is full', async () => {
  const { a, b, clock, ends } = talk();
  b.pause();
  const frame = Buffer.alloc(MAX_FRAME);
  let sent = 0;
  while (ends.length === 0 && sent < 100) {
    a.send(frame);
    sent += 1;
  }
  await clock.runAsync(10);
  expect(ends[0]).toEqual(['a', 'slow']);
  expect(sent).toBeLessThan(12);
});

test('frames cross the network in order, in both directions, under back-pressure', async () => {
  await using there = await openDoor(withKey());
  there.door.stream('kv', (stream) => stream.onFrame((payload) => stream.send(payload)));
  using client = clientWith(withKey());
  const stream = await client.open(there.at, 'kv');
  const numbers: number[] = [];
  let length = 0;
  stream.onFrame((payload) => {
    numbers.push(payload.readUInt32BE(0));
    length += payload.length;
  });
  const total = 400;
  let next = 0;
  let waits = 0;
  const fill = () => {
    while (next < total) {
      const payload = Buffer.alloc(50_000 + next);
      payload.writeUInt32BE(next);
      next += 1;
      if (!stream.send(payload)) {
        waits += 1;
        return;
      }
    }
  };
  stream.onDrain(fill);
  fill();
  await eventually(() => numbers.length === total, 10_000);
  expect(numbers).toEqual(Array.from({ length: total }, (_, index) => index));
  expect(length).toBe(50_000 * total + (total * (total - 1)) / 2);
  expect(waits).toBeGreaterThan(0);
  expect(countOf(there.door, 'streams_now')).toBe(1);
  stream.close();
  await eventually(() => countOf(there.door, 'streams_now') === 0, 2_000);
});

test('the part learns who opened the stream, and what was said with the opening is not lost', async () => {
  await using there = await openDoor(withKey());
  const heard: string[] = [];
  there.door.stream('kv', (stream, peer) => {
    heard.push(`${peer.id} ${peer.zone} ${peer.proof}`);
    // A part may have to look something up before it listens.
    setTimeout(() => stream.onFrame((payload) => heard.push(payload.toString())), 30);
  });
  using client = clientWith(withKey());
  (await client.open(there.at, 'kv')).send(Buffer.from('first'));
  await eventually(() => heard.length === 2, 2_000);
  expect(heard).toEqual(['id-b internet key', 'first']);
});

test('a stream to a part that takes none is refused', async () => {
  await using there = await openDoor(withKey());
  using client = clientWith(withKey());
  await expect(client.open(there.at, 'kv')).rejects.toMatchObject({ code: 'unknown_route' });
  await expect(client.ask(there.at, { method: 'GET', path: '/peer/v1/kv/stream' })).rejects.toMatchObject({
    code: 'unknown_route',
  });
});

test('more streams than one peer may have are refused', async () => {
  await using there = await openDoor(withKey(), { limits: { streamsPerPeer: 2 } });
  there.door.stream('kv', (stream) => stream.onFrame(() => {}));
  using client = clientWith(withKey());
  const first = await client.open(there.at, 'kv');
  await client.open(there.at, 'kv');
  await expect(client.open(there.at, 'kv')).rejects.toMatchObject({ code: 'too_many_requests' });
  first.onFrame(() => {});
  first.close();
  await eventually(() => countOf(there.door, 'streams_now') === 1, 2_000);
  await client.open(there.at, 'kv');
});

test('streams of a removed key end at once, on both sides', async () => {
  const keys = withKey();
  const clientKeys = withKey();
  await using there = await openDoor(keys);
  const ends: string[] = [];
  there.door.stream('kv', (stream) => stream.onClose((reason) => ends.push(`there ${reason}`)));
  using client = clientWith(clientKeys);
  const first = await client.open(there.at, 'kv');
  first.onClose((reason) => ends.push(`here ${reason}`));
  first.onFrame(() => {});
  keys.set('internet', [newKey()]);
  await eventually(() => ends.length === 2, 2_000);
  expect(ends.sort()).toEqual(['here lost', 'there lost']);

  keys.set('internet', [KEY]);
  const second = await client.open(there.at, 'kv');
  second.onClose((reason) => ends.push(`here again ${reason}`));
  clientKeys.set('internet', [newKey()]);
  expect(ends).toContain('here again done');
});

test('a door that closes says so on its streams', async () => {
  const there = await openDoor(withKey());
  there.door.stream('kv', (stream) => stream.onFrame(() => {}));
  using client = clientWith(withKey());
  const stream = await client.open(there.at, 'kv');
  const end = new Promise<CloseReason>((resolve) => stream.onClose(resolve));
  stream.onFrame(() => {});
  await there[Symbol.asyncDispose]();
  expect(await end).toBe('stopping');
});

test('a client that is over opens nothing any more, also what it was about to open', async () => {
  await using opened = await openDoor(withKey());
  opened.door.stream('kv', (stream) => stream.onFrame(() => {}));
  const client = clientWith(withKey());
  const opening = client.open(opened.at, 'kv');
  client[Symbol.dispose]();
  await expect(opening).rejects.toMatchObject({ code: 'unreachable' });
  await expect(client.open(opened.at, 'kv')).rejects.toMatchObject({ code: 'unreachable' });
  await eventually(() => opened.door.counters.get('streams_now') === 0, 10_000);
});
