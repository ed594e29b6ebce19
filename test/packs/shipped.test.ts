import { expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { lookUp } from '../../src/expressions/paths.ts';
import type { CheckState } from '../../src/model/check.ts';
import type { Evaluated } from '../../src/model/expression.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import { expressionFaults } from '../../src/packs/expression-fault.ts';
import { loadPacks } from '../../src/packs/load.ts';
import type { FunctionPlugin } from '../../src/plugins/function.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { Evaluator } from '../../src/runtime/evaluator.ts';
import { fakeHost, never } from '../support/host.ts';

const plugins = await new Registry<FunctionPlugin>('function').addFrom(
  new URL('../../src/functions/', import.meta.url),
);
const functions = new Map([...plugins].map((plugin) => [plugin.name, plugin] as const));
const set = await loadPacks({
  shipped: new URL('../../etc', import.meta.url).pathname,
  data: '/nonexistent',
  local: { directory: '', objects: [] },
  rules: { checkFields: ['critical_if', 'warning_if', 'script'], expressionFaults: expressionFaults(functions) },
});

function definitionOf(type: string, id: string): YamlMap {
  const object = set.objects.find((one) => one.type === type && one.id === id);
  if (!object) throw new Error(`no ${type} ${id} is shipped`);
  return object.definition;
}

function evaluator(collectors: Metrics, files: Record<string, string> = {}): Evaluator {
  const host = fakeHost({ files });
  const groups = new Set<string>();
  return new Evaluator({
    functions,
    host,
    clock: host.clock,
    random: seeded(1),
    node: {
      zone: 'internet',
      groups,
      staticGroups: groups,
      detectedGroups: groups,
      hostingDrivers: new Set(),
      members: new Map(),
      ruleStates: new Map(),
      hasEvent: () => false,
    },
    variables: () => ({}),
    collector(path) {
      const value = lookUp(collectors, path.segments);
      return value === undefined ? { found: false, reason: 'not in this test' } : { found: true, value };
    },
  });
}

test('shipped packs load without any problem', () => {
  expect(set.problems).toEqual([]);
  expect(set.packs.length).toBeGreaterThan(15);
});

const cpu = (idle: number) => ({ cpustats: { cpu_all: { '%idle': idle } } });
const memory = (phys_used: number, swap_used = 0) => ({ memory: { phys_used, swap_used } });
const load = (load1: number) => ({ loadaverage: { load1 }, system: { cpu_count: 4 } });
const disk = (pct_used: number, inodes_pct_used = 1) => ({ pct_used, inodes_pct_used });

test.each<[string, Metrics, CheckState | 'unknown', RegExp]>([
  ['linux/cpu', cpu(50), 'ok', /^OK: cpu is used at 50%\n(.*\n)+.* 50 /],
  ['linux/cpu', cpu(57.3), 'ok', /^OK: cpu is used at 43%\n(.*\n)+.* 43 /],
  ['linux/cpu', cpu(20), 'warning', /^WARNING/],
  ['linux/cpu', cpu(10), 'critical', /^CRITICAL/],
  ['linux/cpu', {}, 'unknown', /collector\.cpustats/],
  ['linux/memory', memory(60.4), 'ok', /^OK: memory is at 60%\n█{24}▒{16}$/],
  ['linux/memory', memory(91), 'warning', /^WARNING: memory is at 91%/],
  ['linux/memory', memory(96), 'critical', /^CRITICAL: memory is at 96%/],
  ['linux/swap', memory(1, 0), 'ok', /^OK: swap is at 0%$/],
  ['linux/swap', memory(1, 51), 'warning', /^WARNING: swap is at 51%$/],
  ['linux/swap', memory(1, 81), 'critical', /^CRITICAL: swap is at 81%$/],
  ['linux/load-average', load(3.5), 'ok', /^OK: load is at 3.5$/],
  ['linux/load-average', load(3.7), 'warning', /^WARNING: load is at 3.7$/],
  ['linux/load-average', load(4.1), 'critical', /^CRITICAL: load is at 4.1$/],
  ['linux/disks', { diskusage: { '/': disk(90) } }, 'ok', /^OK: \/ is at 90%$/],
  ['linux/disks', { diskusage: { '/': disk(91) } }, 'warning', /^WARNING: \/ is at 91%$/],
  ['linux/disks', { diskusage: { '/': disk(96) } }, 'critical', /^CRITICAL: \/ is at 96%$/],
  [
    'linux/disks-all',
    { diskusage: { '/': disk(10, 2), '/var/lib': disk(93, 1) } },
    'warning',
    /^WARNING: \/var\/lib is at 93%, inodes of \/ are at 2%$/,
  ],
  [
    'linux/disks-all',
    { diskusage: { '/': disk(10, 96), '/var': disk(20) } },
    'critical',
    /^CRITICAL: \/var is at 20%, inodes of \/ are at 96%$/,
  ],
  [
    'linux/disks-all',
    { diskusage: { '/far': { hung: 1 }, '/': disk(10, 2) } },
    'ok',
    /^OK: a file system is at 10%, inodes of a file system are at 2%$/,
  ],
  [
    'linux/disks-all',
    { diskusage: { '/': { pct_used: 7 } } },
    'ok',
    /^OK: \/ is at 7%, inodes of a file system are at 0%$/,
  ],
])('%s judges (%#)', async (id, collectors, state, output) => {
  const definition = definitionOf('check', id);
  const parameters = set.packs.find(({ name }) => name === 'linux')?.parameters ?? {};
  const engine = evaluator(collectors);
  const variables = new Map<string, Evaluated>();
  const evaluate = (text: unknown, purpose: 'condition' | 'value' | 'text') =>
    engine.evaluate(String(text), purpose, { data: { own: definition, parameters, variables }, signal: never });
  const { variables: written = {}, critical_if, warning_if } = definition;
  for (const [name, text] of Object.entries(written ?? {})) variables.set(name, await evaluate(text, 'value'));
  const [critical, warning] = [await evaluate(critical_if, 'condition'), await evaluate(warning_if, 'condition')];
  if (critical.type !== 'value' || warning.type !== 'value') {
    expect([state, JSON.stringify(critical)]).toEqual(['unknown', expect.stringMatching(output)]);
    return;
  }
  const reached = critical.truth ? 'critical' : warning.truth ? 'warning' : 'ok';
  const text = await evaluate(definition[`${reached}_output`], 'text');
  expect([reached, text.type === 'value' ? text.text : text]).toEqual([state, expect.stringMatching(output)]);
});

test.each<[string, string]>([
  ['docker-container/docker-container', '/.dockerenv'],
  ['docker-container/docker-container', '/run/.containerenv'],
  ['docker-host/docker-host', '/run/podman/podman.sock'],
  ['apache/apache', '/etc/httpd/conf/httpd.conf'],
  ['mysql/mysql', '/usr/sbin/mariadbd'],
  ['mongodb/mongodb', '/etc/mongod.conf'],
  ['nginx/nginx', '/etc/nginx/nginx.conf'],
  ['rabbitmq/rabbitmq', '/etc/rabbitmq/rabbitmq.conf'],
  ['redis/redis', '/etc/valkey/valkey.conf'],
  ['memcached/memcached', '/etc/memcached.conf'],
  ['postgres/postgres', '/etc/postgresql/15/main/postgresql.conf'],
  ['haproxy/haproxy', '/etc/haproxy/haproxy.cfg'],
])('%s holds where there is %s, and not elsewhere', async (id, file) => {
  expect(await holds(id, { [file]: 'x' })).toBe(true);
  expect(await holds(id, {})).toBe(false);
});

test.each<[string, string, string]>([
  ['docker-container/docker-container', '/proc/self/cgroup', '1:name=systemd:/docker/6fa3\n'],
  ['qemu/qemu', '/proc/cpuinfo', 'model name : QEMU Virtual CPU\n'],
  ['uml/uml', '/proc/cpuinfo', 'vendor_id : User Mode Linux UML\n'],
  ['powervm/powervm_lx86', '/proc/cpuinfo', 'vendor_id : PowerVM Lx86\n'],
  ['powervm/systemz', '/proc/cpuinfo', 'vendor_id : IBM/S390\n'],
  ['vserver/vserver', '/proc/self/status', 'Name: x\nVxID:\t42\n'],
])('%s holds for what %s says', async (id, file, content) => {
  expect(await holds(id, { [file]: content })).toBe(true);
  expect(await holds(id, { [file]: 'nothing of the kind\n' })).toBe(false);
});

async function holds(id: string, files: Record<string, string>): Promise<boolean> {
  const { apply_if } = definitionOf('detector', id);
  const outcome = await evaluator({}, files).evaluate(String(apply_if), 'condition', { signal: never });
  if (outcome.type !== 'value') throw new Error(JSON.stringify(outcome));
  return outcome.truth;
}

test('the operating system and the distribution give groups', async () => {
  const engine = evaluator({ system: { os: { name: 'linux', linux: { distribution: 'debian' } } } });
  for (const [id, group] of [
    ['system/os', 'linux'],
    ['system/linux-distribution', 'debian'],
  ] as const) {
    const { apply_if, add_groups } = definitionOf('detector', id);
    expect(await engine.evaluate(String(apply_if), 'condition', { signal: never })).toMatchObject({ truth: true });
    const [text] = add_groups as readonly string[];
    expect(await engine.evaluate(String(text), 'value', { signal: never })).toMatchObject({ value: group });
  }
});
