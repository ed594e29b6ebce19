import { expect, test } from 'vitest';
import { sinkOf } from '../../src/cli/sink.ts';

test.each([
  [
    { isTTY: true, columns: 100, rows: 30 },
    { isTTY: true, columns: 100, rows: 30 },
  ],
  [
    { isTTY: true, columns: 0, rows: 0 },
    { isTTY: true, columns: undefined, rows: undefined },
  ],
  [{}, { isTTY: false, columns: undefined, rows: undefined }],
])('a terminal has the size that it knows of (%#)', (size, { isTTY, columns, rows }) => {
  const sink = sinkOf({ ...size, write: () => true });
  expect([sink.isTTY, sink.columns, sink.rows]).toEqual([isTTY, columns, rows]);
});

test('the size is asked for anew each time', () => {
  const stream = { isTTY: true, columns: 80, rows: 24, write: () => true };
  const sink = sinkOf(stream);
  stream.columns = 120;
  expect(sink.columns).toBe(120);
});
