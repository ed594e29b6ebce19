import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bundled, unbundled } from '../../../src/kv/cluster/bundles.ts';

test('pieces come out of their frames as they went in, in order', () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 100_000, max: 300_000 }));
  const pieces = fc.array(
    length.map((bytes) => Buffer.alloc(bytes, bytes % 251)),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(pieces, (sent) => {
      const came = bundled(sent).flatMap((frame) => unbundled(Buffer.from(frame)) ?? []);
      expect(came.map((piece) => piece.toString('hex'))).toEqual(sent.map((piece) => piece.toString('hex')));
    }),
    { numRuns: 50 },
  );
});

test('small pieces share a frame, of which none gets long', () => {
  expect(bundled(Array.from({ length: 100 }, () => Buffer.alloc(100)))).toHaveLength(1);
  const frames = bundled(Array.from({ length: 1_000 }, () => Buffer.alloc(1_000)));
  expect(frames.length).toBeGreaterThan(3);
  for (const { length } of frames) expect(length).toBeLessThanOrEqual(262_144);
});

test.each([
  ['half a length', Buffer.of(0, 0)],
  ['less than it says', Buffer.of(0, 0, 0, 2, 1)],
  ['something behind the last piece', Buffer.of(0, 0, 0, 1, 1, 0)],
])('a frame with %s is none', (_, frame) => {
  expect(unbundled(frame)).toBeUndefined();
});

test('no bytes make it throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void unbundled(Buffer.from(bytes))));
});
