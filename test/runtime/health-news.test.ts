import { expect, test } from 'vitest';
import type { ServiceStatus } from '../../src/model/health.ts';
import { HealthNews } from '../../src/runtime/health-news.ts';
import { SimulatedClock } from '../support/clock.ts';
import { check } from '../support/nodes.ts';

/** News of services that a test changes; `runs` counts how often they were looked at. */
function news() {
  const clock = new SimulatedClock();
  const services = new Map<string, ServiceStatus>();
  const told: [string, boolean | undefined][] = [];
  const looks = { count: 0 };
  const made = new HealthNews({
    clock,
    statuses() {
      looks.count += 1;
      return [...services.values()];
    },
    tell: (service, status) => void told.push([service, status?.health]),
  });
  const put = (service: string, health: boolean) => services.set(service, { service, health, healthchecks: [] });
  return { clock, services, told, looks, made, put };
}

test('what changed is told once, what is the same is not, what is gone is', () => {
  const { clock, services, told, looks, made, put } = news();
  put('web', true);
  put('db', true);
  made.touched();
  made.touched();
  clock.run(1);
  put('web', false);
  made.touched();
  clock.run(1);
  services.delete('db');
  made.touched();
  clock.run(1);
  expect(told).toEqual([
    ['web', true],
    ['db', true],
    ['web', false],
    ['db', undefined],
  ]);
  expect(looks.count).toBe(3);
});

test('runs of checks that change nothing to be seen cost no look', () => {
  const { clock, looks, made } = news();
  const run = (over: Parameters<typeof check>[1]) => {
    made.checkDone(check('x', { service: 'web', ...over }));
    clock.run(1);
  };
  run({ hardState: 'ok', output: 'load 1' });
  run({ hardState: 'ok', output: 'load 2' });
  run({ hardState: 'critical', output: 'load 9' });
  run({ hardState: 'critical', output: 'load 9' });
  run({ service: '', hardState: 'ok' });
  expect(looks.count).toBe(2);
});

test('after the end nothing is told', () => {
  const { clock, looks, made } = news();
  made.touched();
  made[Symbol.dispose]();
  clock.run(1);
  expect(looks.count).toBe(0);
});
