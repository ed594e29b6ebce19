import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectories } from '../../src/agent/directories.ts';
import { Health } from '../../src/agent/health.ts';
import { PortsFile } from '../../src/agent/ports-file.ts';
import { watchVitals } from '../../src/agent/vitals.ts';
import type { Home } from '../../src/base/home.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

test('a port that was free once is tried first the next time', () => {
  using home = tempDirectory();
  const first = new PortsFile(home.path);
  expect(first.wanted('http', 0)).toBe(0);
  first.note('http', 40_001);
  expect(first.wanted('http', 0)).toBe(40_001);
  first.note('dns', 40_002);
  expect(JSON.parse(readFileSync(join(home.path, 'ports.json'), 'utf8'))).toEqual({ http: 40_001, dns: 40_002 });

  const second = new PortsFile(home.path);
  expect(second.wanted('http', 0)).toBe(40_001);
  expect(second.wanted('http', 6_770)).toBe(6_770);
  expect(second.wanted('gossip', 0)).toBe(0);
});

test.each(['rubbish', '[]', '{"http":"x","dns":0,"gossip":70000}'])(
  'a damaged ports.json (%s) is no obstacle',
  (text) => {
    using home = tempDirectory();
    writeFileSync(join(home.path, 'ports.json'), text);
    expect(['http', 'dns', 'gossip'].map((door) => new PortsFile(home.path).wanted(door as 'http', 0))).toEqual([
      0, 0, 0,
    ]);
  },
);

test('health is as bad as its worst reason, and remembers since when', () => {
  const clock = new SimulatedClock(1_000);
  const health = new Health(clock);
  expect(health.report()).toEqual({ health: 'ok', reasons: [] });

  health.raise('dns', 'not_bound', 'port 53 is taken');
  clock.run(500);
  health.raise('dns', 'not_bound', 'port 53 is still taken');
  expect(health.report()).toEqual({
    health: 'degraded',
    reasons: [{ part: 'dns', code: 'not_bound', since: 1_000, text: 'port 53 is still taken' }],
  });

  health.raise('state', 'not_written', 'disk full', 'failed');
  expect(health.report().health).toBe('failed');

  health.clear('state', 'not_written');
  health.clear('dns', 'not_bound');
  expect(health.report().health).toBe('ok');
});

test('a directory that cannot be made is named, with the user', () => {
  using home = tempDirectory();
  const file = join(home.path, 'file');
  writeFileSync(file, '');
  const places = {
    config: join(file, 'etc'),
    data: join(file, 'data'),
    log: join(file, 'log'),
    lock: join(file, 'log/lock'),
  };
  expect(() => makeDirectories(places as Home)).toThrow(
    /cannot make the directory .*file\/data as user \w+.*--home DIR/,
  );
});

test('the vitals of a process are plausible', () => {
  const clock = new SimulatedClock();
  using read = watchVitals(clock);
  clock.run(10_000);
  const { cpuPercent, memoryBytes, loopDelay } = read();
  expect(memoryBytes).toBeGreaterThan(10 * 2 ** 20);
  expect(cpuPercent).toBeGreaterThanOrEqual(0);
  expect(loopDelay.p99).toBeGreaterThanOrEqual(loopDelay.p50);
});
