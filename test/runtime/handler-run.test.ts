import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import script from '../../src/handlers/script.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import type { Host } from '../../src/net/host.ts';
import type { Handler } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { Guard } from '../../src/runtime/guard.ts';
import { Desks } from '../../src/runtime/handler-desk.ts';
import { HandlerRun } from '../../src/runtime/handler-run.ts';

function markOf(text: string): string {
  const plugins = new Registry<Handler>('handler');
  plugins.add(script);
  const world = {
    plugins,
    guard: new Guard(systemClock, silent),
    desks: new Desks({ host: {} as Host, clock: systemClock, log: silent }),
    signal: new AbortController().signal,
  };
  const fields = parseYaml(text, 'handler.yml').documents[0]?.value as YamlMap;
  return new HandlerRun({ id: 'ops', type: 'script', fields, templates: [], digest: '' }, world).mark;
}

test('handlers that are written alike have one mark, in whatever order their keys stand', () => {
  const one = markOf('type: script\ncommand: /bin/tell\nlabels: {a: 1, b: [2, 3]}\n');
  expect(markOf('labels: {b: [2, 3], a: 1}\ncommand: /bin/tell\ntype: script\n')).toBe(one);
  expect(markOf('type: script\ncommand: /bin/tell\nlabels: {a: 1, b: [3, 2]}\n')).not.toBe(one);
  expect(markOf('type: script\ncommand: /bin/other\nlabels: {a: 1, b: [2, 3]}\n')).not.toBe(one);
});
