import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pieces, piecesOf } from '../../../src/kv/cluster/pieces.ts';

const MIB = 1_048_576;

test('messages come whole out of the pieces they were cut into, however those of several are mixed', () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: MIB - 2, max: 2 * MIB + 2 }));
  const message = fc.record({
    type: fc.constantFrom(0, 1),
    bytes: length.map((bytes) => Buffer.alloc(bytes, bytes % 251)),
  });
  const property = fc.property(
    fc.array(message, { maxLength: 4 }),
    fc.infiniteStream(fc.nat(100)),
    (messages, picks) => {
      const queues = messages.map(({ type, bytes }, number) => [...piecesOf({ type, number, bytes })]);
      const pieces = new Pieces();
      const came = new Map<number, Buffer>();
      for (let open = queues; open.length > 0; open = open.filter((queue) => queue.length > 0)) {
        const frame = open[Number(picks.next().value) % open.length]?.shift();
        const whole = frame && pieces.push(Buffer.from(frame));
        if (whole !== undefined && whole !== 'senseless') came.set(whole.number, Buffer.from(whole.bytes));
      }
      expect(came.size).toBe(messages.length);
      for (const [number, { bytes }] of messages.entries()) expect(came.get(number)?.equals(bytes)).toBe(true);
    },
  );
  fc.assert(property, { numRuns: 30 });
});

test('what is too short, and more open pieces than anybody needs, make no sense', () => {
  expect(new Pieces().push(Buffer.of(0, 1, 2))).toBe('senseless');
  expect(new Pieces().push(Buffer.of(0x80, 0, 0, 0, 1))).toBe('senseless');
  const pieces = new Pieces();
  const frame = Buffer.alloc(MIB + 5);
  frame[0] = 0x80;
  const answers = Array.from({ length: 40 }, () => pieces.push(frame));
  expect(answers).toContain('senseless');
});
