import { expect, test } from 'vitest';
import type { YamlMap } from '../../src/model/pack.ts';
import { functions } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';
import { collectorOf, configured, packOf, runtimeOf, written } from '../support/runtime.ts';

const host = fakeHost({ files: { '/etc/passwd': 'root:x:0:0\n' } });
const collectors = [collectorOf('memory', () => ({ phys_used: 40 }))];
const parts = { host, collectors, functions: [...functions.values()] };

test('a rule holds if one side does, whatever is missing on the other; else it is unknown', async () => {
  const rule = (id: string, operator: string) =>
    written('detector', id, {
      apply_if: `{{collector.nope.x}} > 5 ${operator} file_exists('/etc/passwd')`,
      add_groups: [operator],
    });
  const objects = [rule('a/either', 'or'), rule('a/both', 'and')];
  const { clock, runtime } = runtimeOf(configured(objects), parts);
  void runtime.start();
  await clock.runAsync(1_000);
  expect([...runtime.groups]).toEqual(['or', 'zone::lan']);
  expect(runtime.detectors().map(({ log }) => log)).toEqual([
    '',
    'unknown: collector.nope.x is missing (unknown collector)',
  ]);
});

async function outputOf(definition: YamlMap, parameters: YamlMap) {
  const check = written('check', 'memory/used', { if_group: '*', interval: '1s', ...definition });
  const { clock, runtime } = runtimeOf(configured([check], { packs: [packOf('memory', parameters)] }), parts);
  void runtime.start();
  await clock.runAsync(3_000);
  const { state, output } = runtime.check('memory/used');
  return { state, output };
}

test('a parameter that nobody set makes a check unknown, and is named', async () => {
  const critical_if = '{{collector.memory.phys_used}} > {{parameters.memory_critical}}';
  const { state, output } = await outputOf({ critical_if }, {});
  expect(state).toBe('unknown');
  expect(output).toContain('parameters.memory_critical');
  expect(await outputOf({ critical_if }, { memory_critical: 30 })).toMatchObject({ state: 'critical' });
});

test('parameters are seen in outputs and variables', async () => {
  const definition = {
    variables: { limit: '{{parameters.diskuse_critical}} + 1' },
    critical_if: 'False',
    ok_output: "'%s, %s' % ({{parameters.diskuse_critical}}, {{variables.limit}})",
  };
  expect(await outputOf(definition, { diskuse_critical: 95 })).toEqual({ state: 'ok', output: '95, 96' });
});

test.each([
  ['1 +', { type: 'error', code: 'SYNTAX', offset: 3, length: 0 }],
  ['1 + nam', { type: 'error', code: 'NAME', offset: 4, length: 3 }],
  ["colorize('x', 1)", { type: 'value', value: 'x' }],
  ['{{collector.zz.a}}', { type: 'missing', path: 'collector.zz.a', reason: 'unknown collector' }],
])('%s, asked by a person, is told with its place', async (text, outcome) => {
  const { runtime } = runtimeOf(configured([]), parts);
  expect(await runtime.evaluate(text)).toMatchObject(outcome);
});

test('colours are there for whom can show them', async () => {
  const { runtime } = runtimeOf(configured([]), parts);
  expect(await runtime.evaluate("colorize('x', 1)", undefined, 'colored')).toMatchObject({
    value: '\x1b[38;5;196mx\x1b[0m',
  });
});
