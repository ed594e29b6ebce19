import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Judging, type JudgingLimits } from '../../src/agent/judging.ts';
import { loadPlugins } from '../../src/agent/plugins.ts';
import type { World } from '../../src/agent/world.ts';
import { systemClock } from '../../src/base/clock.ts';
import { tempDirectory } from '../support/temp.ts';

const plugins = await loadPlugins();
const LIMITS: JudgingLimits = { limitMs: 20_000, memoryMiB: 128, most: 2 };

function judging(limits: Partial<JudgingLimits> = {}) {
  const folder = tempDirectory();
  mkdirSync(join(folder.path, 'etc'));
  const home = { config: join(folder.path, 'etc'), shipped: folder.path } as World['home'];
  const desk = new Judging({ home, plugins, clock: systemClock }, { ...LIMITS, ...limits });
  const judge = (text: string) => desk.judge({ text, file: 'posted.yml' });
  return { judge, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Takes any machine longer than a few milliseconds. */
const LONG = Array.from({ length: 40_000 }, (_, at) => `v${at}: ${at}\n`).join('');

test('a thread judges by the checks and functions of this node, those that packs brought among them', async () => {
  const [any] = plugins.functions;
  if (!any) throw new Error('there are no functions');
  const parameters = [{ name: 'x', isRequired: true, preset: undefined }];
  plugins.functions.put('brought_along', { ...any, name: 'brought_along', parameters });
  using desk = judging();
  const check = (rule: string) => `  - {interval: 10s, if_group: "*", critical_if: "${rule}"}\n`;
  const text = `check:\n${check('brought_along(1)')}${check('brought_along()')}${check('brougth_along(1)')}  - {interval: 10s}\n`;
  const { errors, warnings } = await desk.judge(text).finally(() => plugins.functions.put('brought_along', undefined));
  expect(warnings.map(({ line, message }) => [line, message])).toEqual([
    [3, 'brought_along() needs argument "x"'],
    [4, 'no function is named "brougth_along", did you mean "brought_along"?'],
  ]);
  expect(errors).toMatchObject([{ line: 5, message: expect.stringContaining('nothing to run') }]);
});

test('a long text holds up nobody: it is given up by a timer that runs beside it', async () => {
  using desk = judging({ limitMs: 2 });
  await expect(desk.judge(LONG)).rejects.toMatchObject({
    code: 'overloaded',
    message: expect.stringContaining('longer'),
  });
});

test('only so many wait; who asks later is told at once, and may come again', async () => {
  using desk = judging();
  const texts = ['groupps: [a]\n', 'groups: [a]\n', 'groups: [b]\n'];
  const [first, second, third] = await Promise.allSettled(texts.map(desk.judge));
  expect(first).toMatchObject({ value: { errors: [{ suggestion: 'groups' }] } });
  expect(second).toMatchObject({ value: { errors: [] } });
  expect(third).toMatchObject({ reason: { code: 'overloaded', message: expect.stringContaining('2 texts wait') } });
  expect(await desk.judge('groups: [b]\n')).toMatchObject({ errors: [] });
});
