import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bundled } from '../../../src/kv/cluster/bundles.ts';
import { Calls, type FrameStream, type Serve } from '../../../src/kv/cluster/calls.ts';
import { decodeEnvelope, encodeEnvelope } from '../../../src/kv/cluster/codec.ts';
import type { Question } from '../../../src/kv/cluster/messages.ts';
import { piecesOf } from '../../../src/kv/cluster/pieces.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { frameStreams } from '../../support/frame-streams.ts';

/** Frames of questions, some of their bytes changed. */
const changedFrames = fc
  .tuple(fc.nat(), fc.nat(255), fc.constantFrom<Question>({ type: 'ask' }, { type: 'read', key: 'k' }))
  .map(([place, byte, question]) => {
    const bytes = encodeEnvelope({ clock: 1n, views: [], question });
    const frame = Buffer.concat(bundled(piecesOf({ type: 0, number: 1, bytes })));
    frame[place % frame.length] = byte;
    return frame;
  });

const echo: Serve = async (question) => Buffer.concat([Buffer.from('re: '), question]);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const failed = (asked: Promise<unknown>) => asked.then(String, (error: unknown) => String(error));

/** Lets time pass, and with every step of it the turns of the process in which things are said. */
async function pass(clock: SimulatedClock, ms: number): Promise<void> {
  for (let step = 0; step < 10; step++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.runAsync(ms / 10);
  }
}

describe('calls', () => {
  test('both sides ask on one stream, and each gets its own answer, in any order', async () => {
    const clock = new SimulatedClock();
    const [left, right] = frameStreams(clock);
    const slowFirst: Serve = (question) =>
      new Promise((resolve) => clock.after(text(question) === 'slow' ? 50 : 1, () => resolve(question)));
    const here = new Calls(left, clock, echo);
    const there = new Calls(right, clock, slowFirst);
    const asked = [here.ask(Buffer.from('slow'), 1_000), here.ask(Buffer.from('quick'), 1_000)];
    const back = there.ask(Buffer.from('?'), 1_000);
    await pass(clock, 100);
    expect((await Promise.all(asked)).map(text)).toEqual(['slow', 'quick']);
    expect(text(await back)).toBe('re: ?');
  });

  test('what is asked in one moment goes out in one frame', async () => {
    const clock = new SimulatedClock();
    const [left, right] = frameStreams(clock);
    const frames: number[] = [];
    const send = (payload: Uint8Array) => {
      frames.push(payload.length);
      return left.send(payload);
    };
    const counted: FrameStream = { ...left, send };
    const calls = new Calls(counted, clock, echo);
    new Calls(right, clock, echo);
    const asked = Array.from({ length: 50 }, (_, number) => calls.ask(Buffer.from(`${number}`), 1_000));
    await pass(clock, 10);
    expect((await Promise.all(asked)).map(text)).toEqual(asked.map((_, number) => `re: ${number}`));
    expect(frames).toHaveLength(1);
  });

  test('gives up in its time, and does not mind an answer that comes later', async () => {
    const clock = new SimulatedClock();
    const [left, right] = frameStreams(clock);
    const calls = new Calls(left, clock, echo);
    new Calls(right, clock, (question) => new Promise((resolve) => clock.after(500, () => resolve(question))));
    const asked = failed(calls.ask(Buffer.from('x'), 100));
    await pass(clock, 1_000);
    expect(await asked).toContain('no answer within 100 ms');
    expect(calls.isOver).toBe(false);
  });

  test('ends with its stream: who waits is told, and who asks later was not asked at all', async () => {
    const clock = new SimulatedClock();
    const [left, right] = frameStreams(clock);
    const calls = new Calls(left, clock, echo);
    new Calls(right, clock, () => new Promise(() => {}));
    const asked = failed(calls.ask(Buffer.from('x'), 1_000));
    await pass(clock, 5);
    right.close('refused');
    await pass(clock, 5);
    expect(await asked).toContain('the stream ended before an answer came');
    await expect(calls.ask(Buffer.from('x'), 1_000)).rejects.toMatchObject({ code: 'unreachable' });
  });

  test.each([
    ['a frame that is too short', Buffer.of(0, 1)],
    ['a piece that is longer than its frame', Buffer.of(0, 0, 0, 9, 0, 0, 0, 0, 1)],
    ['a piece without number', Buffer.of(0, 0, 0, 2, 0, 1)],
    ['a piece of unknown kind', Buffer.of(0, 0, 0, 5, 7, 0, 0, 0, 1)],
    ['a question that makes no sense', Buffer.of(0, 0, 0, 6, 0, 0, 0, 0, 1, 9)],
  ])('%s ends the stream', async (_, frame) => {
    const clock = new SimulatedClock();
    const [left, right] = frameStreams(clock);
    const calls = new Calls(left, clock, async () => undefined);
    right.send(frame);
    await pass(clock, 10);
    expect(calls.isOver).toBe(true);
  });
});

test('whatever comes makes it throw nothing: it ends the stream or means nothing', () => {
  const frames = fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), changedFrames), { maxLength: 10 });
  const property = fc.property(frames, (sent) => {
    const clock = new SimulatedClock();
    let onFrame: (frame: Buffer) => void = () => {};
    const stream: FrameStream = {
      send: () => true,
      onDrain() {},
      onFrame(listen) {
        onFrame = listen;
      },
      onClose() {},
      close() {},
    };
    new Calls(stream, clock, async (question) => (decodeEnvelope(question) ? question : undefined));
    for (const frame of sent) onFrame(Buffer.from(frame));
  });
  fc.assert(property, { numRuns: 2_000 });
});
