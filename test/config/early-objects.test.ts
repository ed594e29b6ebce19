import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type PackObject, problemLine } from '../../src/model/pack.ts';
import { expressionFaults, parametersIn } from '../../src/packs/expression-fault.ts';
import { loadPacks } from '../../src/packs/load.ts';
import { functions } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';
import { collectorOf, configured, runtimeOf } from '../support/runtime.ts';
import { tempDirectory } from '../support/temp.ts';

const { OPSBRO_SHARED: shared = '../shared' } = process.env;
const seeds = join(shared, 'seeds');
const README = list(seeds).find((name) => name.startsWith('003_'));
const SHIPPED = fileURLToPath(new URL('../../etc', import.meta.url));

const TABS = 'tab used for indentation; read as 4 columns, as the objects of the early days were written';

const RULES = {
  checkFields: ['critical_if', 'warning_if', 'script'],
  expressionFaults: expressionFaults(functions),
  parametersIn: parametersIn(functions),
};

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Every object printed in the README, with its indentation, blanks and tabs. */
function printedObjects(): string[] {
  const text = readFileSync(join(seeds, README ?? ''), 'utf8');
  return [...text.matchAll(/^ {4}[a-z]+:[ ]*\n(?:(?: {5,}| {0,4}\t).*\n|[ ]*\n(?=(?: {5,}| {0,4}\t)\S))+/gm)].map(
    ([block]) => block,
  );
}

/** A configuration directory with these texts, one in each file, and the packs that are shipped. */
async function load(texts: readonly string[]) {
  using directory = tempDirectory();
  for (const [index, text] of texts.entries()) writeFileSync(join(directory.path, `${index}.yml`), text);
  const loaded = await loadConfig({ directory: directory.path, shipped: SHIPPED, env: {}, rules: RULES });
  const parameters = new Map(loaded.parameters.map((one) => [one.pack, [one]]));
  const local = { directory: directory.path, objects: loaded.objects, parameters };
  const { variables } = loaded;
  const packs = await loadPacks({
    shipped: SHIPPED,
    data: directory.path,
    local: { ...local, variables },
    rules: RULES,
  });
  const parametersOf = (name: string) => packs.packs.find((pack) => pack.name === name)?.parameters;
  const ofFiles = packs.problems.filter(({ file }) => file.startsWith(directory.path));
  const lines = [...loaded.problems, ...ofFiles].map((problem) => `${problem.level} ${problemLine(problem)}`);
  return { ...loaded, parametersOf, lines: lines.map((line) => line.replaceAll(`${directory.path}/`, '')) };
}

describe.skipIf(README === undefined)('the objects of the first README, exactly as printed', () => {
  test('are all found', () => {
    const keys = printedObjects().map((block) => /\w+/.exec(block)?.[0]);
    expect(keys).toEqual([
      ...['detector', 'check', 'check', 'handler', 'handler'],
      ...['shinken', 'dns', 'statsd', 'graphite', 'websocket'],
    ]);
  });

  test('load without an error, and only the tabs in them are doubted', async () => {
    const { lines, objects } = await load(printedObjects());
    expect(lines).toEqual([`warning 6.yml:3:6: ${TABS}`, `warning 9.yml:2:1: ${TABS}`]);
    expect(objects.map(({ type, id }) => `${type} ${id}`)).toEqual([
      'detector local/0',
      'check local/1',
      'check local/2',
      'handler local/3',
      'handler local/4',
    ]);
  });

  test('set the agent and the packs that do today what they did', async () => {
    const { config, parametersOf } = await load(printedObjects());
    expect(config.dns).toMatchObject({ enabled: true, port: 6766, domain: '.opsbro' });
    expect(config.websocket).toMatchObject({ enabled: true, port: 6769 });
    expect(config.statsd).toMatchObject({ enabled: true, port: 8125, interval: 10_000 });
    expect(config.graphite).toMatchObject({ enabled: true, port: 2003, udp: true, tcp: true });
    expect(parametersOf('shinken')).toMatchObject({ enabled: true, cfg_path: '/etc/shinken/agent' });
  });

  test('load from one file too', async () => {
    const { lines, objects } = await load([printedObjects().join('---\n')]);
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
    expect(objects.map(({ id }) => id)).toEqual(['local/0', 'local/0#1', 'local/0#2', 'local/0#1', 'local/0#2']);
  });
});

/** What the checks and detectors of a text give on a node that sees these values. */
async function runtimeWith(objects: readonly PackObject[], idle: number, file: string) {
  const host = fakeHost({ files: { '/etc/redhat-release': file } });
  const collectors = [collectorOf('cpustats', () => ({ cpu_all: { '%idle': idle } }), { intervalMs: 1_000 })];
  const { clock, runtime } = runtimeOf(configured(objects), { host, collectors, functions: [...functions.values()] });
  void runtime.start();
  await clock.runAsync(25_000);
  return runtime;
}

describe.skipIf(README === undefined)('what the first README prints works', () => {
  test.each([
    [0.5, 'critical', 'Critical: cpu is too high: 99.5%'],
    [3, 'warning', 'Warning: cpu is very high: 97%'],
    [50, 'ok', 'OK: cpu is great: 50%'],
  ])('its check of the processors: %s%% idle is %s', async (idle, state, output) => {
    const { objects } = await load(printedObjects().slice(0, 2));
    const runtime = await runtimeWith(objects, idle, 'CentOS release, centos');
    expect(runtime.check('local/1')).toMatchObject({ state, output });
  });

  test('its detector, and checks only where their group is', async () => {
    const { objects } = await load(printedObjects().slice(0, 2));
    expect([...(await runtimeWith(objects, 50, 'centos')).groups]).toEqual(['centos', 'linux', 'zone::lan']);
    const elsewhere = await runtimeWith(objects, 50, 'Fedora');
    expect([...elsewhere.groups]).toEqual(['zone::lan']);
    expect(elsewhere.checks()).toEqual([]);
  });
});

test('a check of the configuration directory runs everywhere when it says nothing of groups', async () => {
  const { objects, lines } = await load(['check:\n  critical_if: "True"\n']);
  expect(lines).toEqual([]);
  const runtime = await runtimeWith(objects, 50, '');
  expect(runtime.check('local/0').state).toBe('critical');
});

test('a macro of a check of the configuration directory that nobody has written is told', async () => {
  const check = (macro: string) => `check:\n  script: "/bin/echo $${macro}$ $node.name$ $word$"\n  word: x\n`;
  expect((await load([check('nothing')])).lines).toEqual([
    'warning 0.yml:1:1: check.script: macro $nothing$ resolves to nothing',
  ]);
  expect((await load([check('limit'), 'limit: 5\n'])).lines).toEqual([]);
});
