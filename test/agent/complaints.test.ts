import { expect, test } from 'vitest';
import { Complaints } from '../../src/agent/complaints.ts';
import { Health } from '../../src/agent/health.ts';
import { type Logger, silent } from '../../src/base/log.ts';
import type { Problem } from '../../src/model/pack.ts';
import { SimulatedClock } from '../support/clock.ts';

const problem = (file: string, level: Problem['level'] = 'error'): Problem => ({
  level,
  file,
  line: 2,
  column: 3,
  key: 'port',
  message: 'expected a port',
});

function complaining() {
  const lines: string[] = [];
  const note =
    (level: string): Logger['warn'] =>
    (_, text) =>
      void lines.push(`${level} ${text}`);
  const health = new Health(new SimulatedClock());
  const complaints = new Complaints({ ...silent, warn: note('warn'), debug: note('debug') }, health);
  return { complaints, health, said: () => lines.splice(0) };
}

test('each trouble is told once, and again when it comes back', () => {
  const { complaints, said } = complaining();
  complaints.tell([problem('a.yml')], []);
  expect(said()).toEqual([expect.stringMatching(/^warn a\.yml:2:3: .*port: expected a port$/)]);
  complaints.tell([problem('a.yml'), problem('b.yml', 'warning')], []);
  expect(said()).toEqual([expect.stringContaining('b.yml:2:3')]);
  complaints.tell([], []);
  complaints.tell([problem('a.yml')], []);
  expect(said()).toEqual([expect.stringContaining('a.yml:2:3')]);
});

test('notices are for those who look closely', () => {
  const { complaints, health, said } = complaining();
  complaints.tell([problem('a.yml', 'notice')], []);
  expect(said()).toEqual([expect.stringMatching(/^debug /)]);
  expect(health.report().health).toBe('ok');
});

test('errors degrade the health until they are gone; warnings do not', () => {
  const { complaints, health } = complaining();
  complaints.tell([problem('a.yml', 'warning')], []);
  expect(health.report()).toEqual({ health: 'ok', reasons: [] });
  complaints.tell([problem('a.yml'), problem('b.yml')], []);
  expect(health.report()).toMatchObject({
    health: 'degraded',
    reasons: [{ text: expect.stringMatching(/^2 errors/) }],
  });
  complaints.tell([], []);
  expect(health.report()).toEqual({ health: 'ok', reasons: [] });
});

test('files whose last good version counts are named with its date, the first three of them', () => {
  const { complaints, health } = complaining();
  const since = Date.UTC(2026, 0, 2, 3, 4, 5);
  const standIns = ['a', 'b', 'c', 'd', 'e'].map((file) => ({ file, since, errors: 1 }));
  complaints.tell([], standIns.slice(0, 1));
  const text = 'a: using the version of 2026-01-02 03:04:05 UTC; 1 errors; see opsbro config validate';
  expect(health.report().reasons).toMatchObject([{ text }]);
  complaints.tell([], standIns);
  expect(health.report().reasons).toMatchObject([{ text: expect.stringContaining('; and 2 more files; see') }]);
  complaints.tell([], []);
  expect(health.report().reasons).toEqual([]);
});
