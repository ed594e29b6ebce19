import { expect, test } from 'vitest';
import type { YamlMap } from '../../src/model/pack.ts';
import type { CheckDefaults } from '../../src/runtime/check-defaults.ts';
import { configured, runtimeOf, written } from '../support/runtime.ts';

const check = (id: string, definition: YamlMap) => written('check', id, { if_group: '*', ...definition });

const DEFAULTS: CheckDefaults = {
  all: { max_attempts: 3 },
  byKind: new Map<string, YamlMap>([
    ['passive', { max_attempts: 2, recovery_attempts: 2 }],
    ['expression', { interval: '5m' }],
  ]),
};

test('a check is as its kind is usually, then as all are, where it says nothing itself', async () => {
  const objects = [
    check('a/expression', { critical_if: 'True' }),
    check('a/passive', { passive: true }),
    check('a/own', { passive: true, max_attempts: 5 }),
  ];
  const { runtime, clock } = runtimeOf(configured(objects, { checkDefaults: DEFAULTS }));
  void runtime.start();
  await clock.runAsync(30_000);
  const attempts = runtime.checks().map(({ id, maxAttempts }) => [id, maxAttempts]);
  expect(attempts).toEqual([
    ['a/expression', 3],
    ['a/passive', 2],
    ['a/own', 5],
  ]);
  expect(runtime.checkDefinition('a/expression')).toMatchObject({ interval: '5m' });
});

test('other defaults count after a reload, and states stay', async () => {
  const objects = [check('a/passive', { passive: true })];
  const { runtime, clock } = runtimeOf(configured(objects));
  void runtime.start();
  await clock.runAsync(1_000);
  runtime.reportCheck('a/passive', { state: 'critical', output: 'bad' });
  runtime.apply(configured(objects, { checkDefaults: DEFAULTS }));
  expect(runtime.check('a/passive')).toMatchObject({ state: 'critical', hard: true, maxAttempts: 2 });
});
