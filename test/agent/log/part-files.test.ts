import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logManner } from '../../../src/agent/log/manner.ts';
import { PartFiles } from '../../../src/agent/log/part-files.ts';
import { localDay } from '../../../src/base/local-time.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { tempDirectory } from '../../support/temp.ts';

const DAY_MS = 86_400_000;
const NOON = new Date(2026, 0, 10, 12).getTime();
const keeping = { keepDays: 3, maxBytes: 1_000 };

function filesIn(directory: string, over: Partial<typeof keeping> = {}) {
  const clock = new SimulatedClock(NOON);
  const files = new PartFiles(directory, clock, { ...keeping, ...over });
  return { clock, files, names: () => readdirSync(directory).sort(), [Symbol.dispose]: () => files[Symbol.dispose]() };
}

const textOf = (...path: string[]) => readFileSync(join(...path), 'utf8');

test('over six days each has its file, and those older than what is kept are gone', () => {
  using home = tempDirectory();
  using log = filesIn(home.path);
  for (let day = 10; day < 16; day++) {
    log.files.write('daemon', `day ${day}`);
    log.clock.run(DAY_MS);
  }
  expect(log.names()).toEqual(['13', '14', '15'].map((day) => `daemon.log.2026-01-${day}`));
  expect(textOf(home.path, 'daemon.log.2026-01-14')).toBe('day 14\n');
});

test('a part that says nothing at midnight is set aside as well, under the day of its lines', () => {
  using home = tempDirectory();
  using log = filesIn(home.path);
  log.files.write('dns', 'today');
  log.clock.run(12 * 3_600_000 - 1);
  expect(log.names()).toEqual(['dns.log']);
  log.clock.run(2_000);
  expect(log.names()).toEqual(['dns.log.2026-01-10']);
});

test('a clock that was set to another day begins a new file', () => {
  using home = tempDirectory();
  using log = filesIn(home.path);
  log.files.write('dns', 'before');
  log.clock.jumpWall(2 * DAY_MS);
  log.files.write('dns', 'after');
  expect(log.names()).toEqual(['dns.log', 'dns.log.2026-01-10']);
  expect(textOf(home.path, 'dns.log')).toBe('after\n');
});

test('what another run left of an earlier day is set aside at the first line, what is too old at once', () => {
  using home = tempDirectory();
  const left = join(home.path, 'daemon.log');
  writeFileSync(left, 'yesterday\n');
  utimesSync(left, (NOON - DAY_MS) / 1_000, (NOON - DAY_MS) / 1_000);
  for (const day of ['2026-01-06', '2026-01-07']) writeFileSync(join(home.path, `daemon.log.${day}`), '');
  writeFileSync(join(home.path, 'crash.log'), 'kept');
  writeFileSync(join(home.path, 'debug-1700000000.json'), '{}');
  using log = filesIn(home.path);
  expect(log.names()).toEqual(['crash.log', 'daemon.log', 'daemon.log.2026-01-07']);
  log.files.write('daemon', 'today');
  expect(textOf(home.path, 'daemon.log.2026-01-09')).toBe('yesterday\n');
});

test('a file that grew too large is set aside under a number, ten of a day at most, the newest', () => {
  using home = tempDirectory();
  using log = filesIn(home.path, { maxBytes: 10 });
  for (let number = 10; number < 30; number++) log.files.write('kv', `line of ${number}`);
  const day = localDay(NOON);
  expect(log.names()).toHaveLength(11);
  expect(textOf(home.path, 'kv.log')).toBe('line of 29\n');
  expect(textOf(home.path, `kv.log.${day}.9`)).toBe('line of 28\n');
  expect(textOf(home.path, `kv.log.${day}`)).toBe('line of 19\n');
});

test('the days in the environment win over those of the configuration', () => {
  const config = { log_level: 'INFO', log_format: 'text', log_keep_days: 8, log_max_size: 5 } as const;
  expect(logManner(config, {}).keeping).toEqual({ keepDays: 8, maxBytes: 5 });
  expect(logManner(config, { FORCE_LOG_ROTATION_PERIOD: '3' }).keeping.keepDays).toBe(3);
  expect(logManner(config, { FORCE_LOG_ROTATION_PERIOD: 'never' }).keeping.keepDays).toBe(8);
});
