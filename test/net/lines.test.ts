import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eachLine, LineStream } from '../../src/net/lines.ts';

const cut = (pieces: readonly Buffer[], most = 20, mercy: 'skip it' | 'stop' = 'skip it') => {
  const lines: string[] = [];
  let long = 0;
  const stream = new LineStream(
    most,
    (bytes, start, end) => lines.push(bytes.toString('latin1', start, end)),
    () => {
      long += 1;
      return mercy;
    },
  );
  for (const piece of pieces) stream.push(piece);
  stream.finish();
  return { lines, long };
};

test('lines are the same however the stream is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r\n'), maxLength: 80 });
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 9 })), (written, sizes) => {
      const bytes = Buffer.from(written);
      const pieces: Buffer[] = [];
      let from = 0;
      for (const size of [...sizes, bytes.length]) {
        pieces.push(bytes.subarray(from, from + size));
        from += size;
      }
      expect(cut(pieces, 5)).toEqual(cut([bytes], 5));
    }),
  );
});

test('a return at the end does not make a line too long', () => {
  expect(cut([Buffer.from('aaaaa\r\nbbbbbb\nc\r\n')], 5)).toEqual({ lines: ['aaaaa', 'c'], long: 1 });
});

test('of a datagram every line counts, with or without an end', () => {
  const lines: string[] = [];
  eachLine(Buffer.from('a\n\nb\r\n\r\nc'), (bytes, start, end) => lines.push(bytes.toString('latin1', start, end)));
  expect(lines).toEqual(['a', 'b', 'c']);
});

test('a line that is too long is left out up to its end, wherever it is cut', () => {
  const text = `${'x'.repeat(30)}\nok\n`;
  for (let at = 1; at < text.length; at++) {
    const pieces = [Buffer.from(text.slice(0, at)), Buffer.from(text.slice(at))];
    expect(cut(pieces)).toEqual({ lines: ['ok'], long: 1 });
  }
});

test('after a line that is too long nothing is read where that is the end', () => {
  expect(cut([Buffer.from(`a\n${'x'.repeat(30)}\nb\n`), Buffer.from('c\n')], 20, 'stop')).toEqual({
    lines: ['a'],
    long: 1,
  });
});
