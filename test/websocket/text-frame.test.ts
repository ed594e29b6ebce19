import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import { textFrame, textIn } from '../../src/websocket/text-frame.ts';

// Exported, but the types do not know it.
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Writable };

/** What another implementation reads. */
const read = (frame: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer: false });
    receiver.once('message', (data: Buffer) => resolve(data.toString('utf8')));
    receiver.once('error', reject);
    receiver.write(frame);
  });

test.each([0, 1, 125, 126, 65_535, 65_536, 300_000])('a text of %i bytes is read as it was written', async (size) => {
  const text = 'x'.repeat(size);
  const frame = textFrame(text);
  expect(await read(frame)).toBe(text);
  expect(textIn(frame)).toBe(text);
});

test('any text is read as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async (text) => {
      const frame = textFrame(text);
      expect(await read(frame)).toBe(text);
      expect(textIn(frame)).toBe(text);
    }),
  );
});
