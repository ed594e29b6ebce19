import { expect, test } from 'vitest';
import { ApiObjects, type DefinableType } from '../../src/agent/api-objects.ts';
import { rulesOf } from '../../src/agent/object-rules.ts';
import { loadPlugins } from '../../src/agent/plugins.ts';
import type { PackObject, YamlMap } from '../../src/model/pack.ts';
import { functionTable } from '../../src/plugins/function.ts';
import { memoryShelf } from '../support/shelf.ts';

const plugins = await loadPlugins();

async function open(shelf = memoryShelf(), type: DefinableType = 'check') {
  let defined: readonly PackObject[] = [];
  const checks = await ApiObjects.open({
    type,
    shelf,
    rules: () => rulesOf(plugins),
    functions: () => functionTable(plugins.functions),
    define: (objects) => {
      defined = objects;
    },
  });
  return {
    checks,
    shelf,
    ids: () => defined.map(({ id }) => id),
    fieldsOf: () => defined.map((each) => each.definition),
  };
}

const LOAD = { critical_if: '{{collector.loadaverage.load1}} > 9', interval: '30s' };

test('a check that a request defined is at work, outlives a restart, and goes when it is deleted', async () => {
  const { checks, shelf, ids } = await open();
  expect(checks.put('web/load', LOAD)).toEqual({ id: 'local/web/load', warnings: [] });
  expect(checks.put('local/web/load', { ...LOAD, interval: '60s' })).toEqual({ id: 'local/web/load', warnings: [] });
  expect(ids()).toEqual(['local/web/load']);

  const again = await open(shelf);
  expect(again.fieldsOf()).toMatchObject([{ interval: '60s' }]);
  again.checks.delete('web/load');
  expect(again.ids()).toEqual([]);
  expect((await open(shelf)).ids()).toEqual([]);
  expect(() => again.checks.delete('web/load')).toThrow('no request defined a check "local/web/load"');
});

test('what may not be meant so is told', async () => {
  const { checks } = await open(memoryShelf(), 'service');
  const { warnings } = checks.put('web', { prot: 80, check: LOAD });
  expect(warnings).toEqual([expect.stringContaining('prot')]);
});

test.each<[string, YamlMap, string]>([
  ['a program', { script: 'check_disk' }, 'script is not allowed over HTTP'],
  ['a user', { ...LOAD, run_as: 'root' }, 'run_as is not allowed'],
  ['a repair', { ...LOAD, repair: [{ command: ['rm'] }] }, 'repair is not allowed'],
  ['an inner address', { http: { url: 'http://169.254.169.254/', allow_link_local: true } }, 'allow_link_local is not'],
  ['a look at files', { critical_if: "file_exists('/etc/shadow')" }, 'critical_if: '],
  ['files behind a variable', { ...LOAD, variables: { x: "file_exists('/etc/shadow')" } }, 'x: '],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what people write
  ['a secret of a file', { http: { url: 'http://a', password: '${file:/etc/shadow}' } }, 'password: '],
])('%s is refused, and nothing is kept', async (_, fields, message) => {
  const { checks, shelf, ids } = await open();
  expect(() => checks.put('x', fields)).toThrow(expect.objectContaining({ code: 'not_allowed' }));
  expect(() => checks.put('x', fields)).toThrow(message);
  expect([ids(), (await shelf.load()).size]).toEqual([[], 0]);
});

test.each<[string, YamlMap, string]>([
  ['what runs nothing', { interval: '10s' }, 'check has nothing to run'],
  ['a wrong value', { ...LOAD, interval: 'soon' }, 'check.interval: "soon" is not a duration'],
  ['a call in a hole', { http: { url: "http://a/{{file_exists('/etc/shadow')}}" } }, 'url: unknown kind of data'],
  ['an expression that cannot be read', { critical_if: '1 +' }, 'critical_if: '],
])('%s is told with what would be right', async (_, fields, message) => {
  const { checks, ids } = await open();
  expect(() => checks.put('x', fields)).toThrow(message);
  expect(ids()).toEqual([]);
});

test.each(['', '../x', 'a//b', 'a b', 'x'.repeat(200), 'local'.padEnd(300, '/a')])('%j is no id', async (name) => {
  const { checks } = await open();
  expect(() => checks.put(name, LOAD)).toThrow('is no id of a check');
});

test('a service comes with the check that is written in it', async () => {
  const { checks: services, shelf, ids } = await open(memoryShelf(), 'service');
  expect(services.put('web', { port: 80, check: LOAD, aggregate: 'best' })).toEqual({ id: 'local/web', warnings: [] });
  expect([...ids()].sort()).toEqual(['local/web', 'service:local/web']);
  expect([...(await open(shelf, 'service')).ids()].sort()).toEqual(['local/web', 'service:local/web']);
  services.delete('local/web');
  expect(ids()).toEqual([]);
});

test.each<[string, YamlMap, string]>([
  ['a program', { check: { script: 'true' } }, 'script is not allowed over HTTP'],
  ['a look at files in its check', { check: { critical_if: "file_exists('/etc/shadow')" } }, 'critical_if: '],
  ['a look at files to judge by', { aggregate: "file_exists('/etc/shadow')", checks: ['x/*'] }, 'aggregate: '],
])('%s is refused to a service', async (_, fields, message) => {
  const { checks: services, shelf } = await open(memoryShelf(), 'service');
  expect(() => services.put('web', fields)).toThrow(expect.objectContaining({ code: 'not_allowed' }));
  expect(() => services.put('web', fields)).toThrow(message);
  expect((await shelf.load()).size).toBe(0);
});

test('a service may be judged by an expression over its checks', async () => {
  const { checks: services } = await open(memoryShelf(), 'service');
  const aggregate = "'critical' if {{variables.checks.local/a}} == 2 else 'ok'";
  expect(services.put('web', { aggregate, checks: ['local/a'] })).toEqual({ id: 'local/web', warnings: [] });
});
