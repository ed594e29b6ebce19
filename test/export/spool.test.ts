import { appendFileSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Spool } from '../../src/export/spool.ts';
import { tempDirectory } from '../support/temp.ts';

const SMALL = { segment: 100, total: 1_000 };
const FOREVER = Number.POSITIVE_INFINITY;

/** Everything that is there from a place on. */
async function rest(spool: Spool, from = 0, piece = 64): Promise<string> {
  let text = '';
  for (let at = from; ; ) {
    const lines = await spool.read(at, FOREVER, piece);
    if (!lines) return text;
    text += lines.bytes.toString();
    at = lines.next;
  }
}

const line = (number: number): string => `series.${number} ${number} 1700000000\n`;

async function fill(spool: Spool, from: number, to: number): Promise<string> {
  let text = '';
  for (let number = from; number < to; number++) {
    spool.add(line(number));
    text += line(number);
    if (number % 3 === 2) await spool.flush(100);
  }
  await spool.flush(100);
  return text;
}

test('lines come back in their order, over segments and restarts', async () => {
  using temporary = tempDirectory();
  const path = join(temporary.path, 'spool');
  const first = await Spool.open(path, SMALL);
  const before = await fill(first, 0, 20);
  expect(readdirSync(path).length).toBeGreaterThan(3);
  expect(await rest(first)).toBe(before);
  const second = await Spool.open(path, SMALL);
  const behind = second.end;
  const after = await fill(second, 20, 25);
  expect(await rest(second)).toBe(before + after);
  expect(await rest(second, behind)).toBe(after);
});

test('what is read ends where it is to end, and lines longer than a piece are whole', async () => {
  using temporary = tempDirectory();
  const spool = await Spool.open(temporary.path, { segment: 10_000, total: 100_000 });
  await fill(spool, 0, 3);
  const { end } = spool;
  spool.add(`${'x'.repeat(500)} 1 1\n`);
  await spool.flush(100);
  expect((await spool.read(0, end, 1_000))?.next).toBe(end);
  expect(await spool.read(end, end, 1_000)).toBeUndefined();
  expect((await spool.read(end, FOREVER, 16))?.bytes.length).toBe(505);
});

test('the half of a line that a crash left is cut off', async () => {
  using temporary = tempDirectory();
  const spool = await Spool.open(temporary.path, SMALL);
  const text = await fill(spool, 0, 2);
  const [file = ''] = readdirSync(temporary.path);
  appendFileSync(join(temporary.path, file), 'half 1');
  const again = await Spool.open(temporary.path, SMALL);
  expect(await rest(again)).toBe(text);
  expect(await rest(again)).toBe(text + (await fill(again, 2, 3)).slice(0, 0));
  const more = await fill(again, 3, 4);
  expect((await rest(again)).endsWith(more)).toBe(true);
  truncateSync(join(temporary.path, file), 0);
  await Spool.open(temporary.path, SMALL);
});

test('what was sent is forgotten by segments, the one in use stays', async () => {
  using temporary = tempDirectory();
  const spool = await Spool.open(temporary.path, SMALL);
  await fill(spool, 0, 20);
  await spool.forgetBefore(spool.end);
  expect(readdirSync(temporary.path)).toHaveLength(1);
  expect(spool.first).toBeGreaterThan(0);
});

test('of too much the oldest goes, and unread lines are counted', async () => {
  using temporary = tempDirectory();
  const spool = await Spool.open(temporary.path, { segment: 100, total: 300 });
  await fill(spool, 0, 60);
  const first = await spool.shrink(0);
  expect(spool.bytes).toBeLessThanOrEqual(300);
  const left = (await rest(spool, first)).split('\n').length - 1;
  expect(spool.dropped + left).toBe(60);
});

test('while the disk takes nothing, the newest lines are kept in memory', async () => {
  using temporary = tempDirectory();
  const path = join(temporary.path, 'spool');
  const spool = await Spool.open(path, SMALL);
  temporary[Symbol.dispose]();
  for (let number = 0; number < 10; number++) spool.add(line(number));
  await expect(spool.flush(4)).rejects.toThrow('ENOENT');
  expect([spool.waiting, spool.dropped]).toEqual([4, 6]);
});
