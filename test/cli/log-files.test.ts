import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linesOfPart } from '../../src/cli/log-files.ts';
import { tempDirectory } from '../support/temp.ts';

const line = (day: number, hour: number, text: string) =>
  `[2026-01-${day} ${String(hour).padStart(2, '0')}:00:00][INFO][n] [DNS]: ${text}`;

function written() {
  const home = tempDirectory();
  const file = (name: string, ...lines: string[]) => writeFileSync(join(home.path, name), `${lines.join('\n')}\n`);
  file('dns.log', line(12, 1, 'e'), line(12, 2, 'f'));
  file('dns.log.2026-01-11', line(11, 1, 'b'));
  file('dns.log.2026-01-11.1', line(11, 5, 'c'), line(11, 6, 'd'));
  file('dns.log.2026-01-10', line(10, 1, 'a'));
  file('gossip.log', 'another part');
  return home;
}

const last = (lines: readonly string[] | undefined) => lines?.map((text) => text.at(-1)).join('');

test('the newest lines come from as many files as they need, oldest first', () => {
  using home = written();
  expect(last(linesOfPart(home.path, 'dns', { lines: 1 }))).toBe('f');
  expect(last(linesOfPart(home.path, 'dns', { lines: 4 }))).toBe('cdef');
  expect(last(linesOfPart(home.path, 'dns', { lines: 100 }))).toBe('abcdef');
});

test('what is older than wanted is left out, of lines as JSON as well', () => {
  using home = written();
  const since = new Date(2026, 0, 11, 5, 30).getTime();
  expect(last(linesOfPart(home.path, 'dns', { lines: 100, since }))).toBe('def');
  const json = (at: string) => JSON.stringify({ time: at, msg: 'x' });
  writeFileSync(
    join(home.path, 'kv.log'),
    `${json('2026-01-01T00:00:00.000Z')}\n${json('2026-02-01T00:00:00.000Z')}\n`,
  );
  expect(linesOfPart(home.path, 'kv', { lines: 100, since })).toEqual([json('2026-02-01T00:00:00.000Z')]);
});

test('a part without a file has none, and neither has a directory that is not there', () => {
  using home = written();
  expect(linesOfPart(home.path, 'statsd', { lines: 5 })).toBeUndefined();
  expect(linesOfPart(join(home.path, 'gone'), 'dns', { lines: 5 })).toBeUndefined();
});
