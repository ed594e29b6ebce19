import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OBJECT_TYPES, type PackSet } from '../../src/model/pack.ts';
import { expressionFaults, parametersIn } from '../../src/packs/expression-fault.ts';
import { loadPacks } from '../../src/packs/load.ts';
import { type FunctionPlugin, functionTable } from '../../src/plugins/function.ts';
import { Registry } from '../../src/plugins/registry.ts';

const { OPSBRO_SHARED: shared = '../shared' } = process.env;
const corpus = join(shared, 'corpus', 'opsbro-packs');
const hasCorpus = (await readdir(corpus).catch(() => [])).length > 0;
const registry = new Registry<FunctionPlugin>('function');
const functions = functionTable(await registry.addFrom(new URL('../../src/functions/', import.meta.url)));
const NESTED = ['test-internal-checks/test-checks', 'test-raft/test-raft', 'test-generators/test-generators'];

/** Lays the packs of the original out as they were, each test case as a pack of its own. */
async function layOut(directory: string): Promise<void> {
  for (const level of ['core', 'global']) {
    await cp(join(corpus, `${level}-configuration`), join(directory, `${level}-configuration`), { recursive: true });
  }
  const cases = join(corpus, 'test-files');
  const local = join(directory, 'local-configuration', 'packs');
  for (const name of await readdir(cases)) {
    if (NESTED.some((path) => path.startsWith(`${name}/`))) continue;
    await cp(join(cases, name), join(local, name), { recursive: true });
    await writeFile(join(local, name, 'package.yml'), `name: case-${name}\n`);
  }
  for (const path of NESTED) await cp(join(cases, path), join(local, basename(path)), { recursive: true });
}

/** What lies below a directory, with the times of the last change. */
async function traces(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory, { recursive: true })).sort();
  return await Promise.all(names.map(async (name) => `${name} ${(await stat(join(directory, name))).mtimeMs}`));
}

describe.skipIf(!hasCorpus)('packs of the original, unchanged', () => {
  let directory = '';
  let before: readonly string[] = [];
  let set: PackSet;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'opsbro-corpus-'));
    await layOut(directory);
    before = await traces(directory);
    const rules = {
      checkFields: ['critical_if', 'warning_if', 'script'],
      expressionFaults: expressionFaults(functions),
      parametersIn: parametersIn(functions),
    };
    set = await loadPacks({ shipped: '/nowhere', data: directory, local: { directory, objects: [] }, rules });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('load without an error, and every object of them', () => {
    expect(set.problems.filter(({ level }) => level === 'error')).toEqual([]);
    const counts = OBJECT_TYPES.map((type) => [type, set.objects.filter((object) => object.type === type).length]);
    expect(Object.fromEntries(counts)).toEqual({
      detector: 23,
      check: 10,
      service: 0,
      zone_service: 0,
      handler: 0,
      generator: 2,
      compliance: 12,
      dashboard: 3,
      collector: 0,
      tutorial: 0,
    });
    const levels = ['core', 'global'].map((level) => set.packs.filter((pack) => pack.level === level).length);
    expect(levels).toEqual([10, 29]);
  });

  test('are doubted where they are broken, and nowhere else', () => {
    const warnings = set.problems.filter(({ level }) => level === 'warning');
    const lines = warnings.map(({ file, line, key, message }) => `${packAndFile(file)}:${line}: ${key}: ${message}`);
    expect(lines).toEqual([
      'linux/parameters/parameters.yml:9: : duplicate key "diskuse_critical"; the last one counts',
      'linux/parameters/parameters.yml:10: : duplicate key "diskuse_warning"; the last one counts',
      expect.stringMatching(/^linux\/monitoring\/memory.yml:\d+: check.critical_if: no parameter "memory_critical" /),
      expect.stringMatching(
        /^linux\/monitoring\/memory.yml:\d+: check.warning_if: no parameter "threshold.memory_warning" /,
      ),
      'mysql/monitoring/mysql.yml:2: check.script: macro $load.warning$ resolves to nothing; ' +
        'macro $load.critical$ resolves to nothing; macro $load.moncul | load.critical$ resolves to nothing',
      expect.stringMatching(/^mysql\/monitoring\/mysql.yml:1: check: no if_group: this check never runs/),
      expect.stringMatching(
        /^powervm\/.*: the arguments of grep_file are swapped; did you mean grep_file\('\^vendor_id/,
      ),
      expect.stringMatching(/^qemu\/.*did you mean grep_file\('QEMU', '\/proc\/cpuinfo'\)\?$/),
      expect.stringMatching(
        /^test-checks\/monitoring\/dummy.yml:10: check.warning_output: the text is not closed by '/,
      ),
    ]);
  });

  test('are told of what is left out in them', () => {
    const notices = set.problems.filter(({ level }) => level === 'notice');
    expect(notices.map(({ file, message }) => `${packAndFile(file)}: ${message}`)).toEqual([
      'test-raft/raft: is no directory of a pack and left out',
    ]);
  });

  test('have the parameters that the last of two equal keys gives', () => {
    const linux = set.packs.find(({ name }) => name === 'linux');
    expect(linux?.parameters).toEqual({ diskuse_warning: 90, diskuse_critical: 95, cpu_critical: 90 });
  });

  test('are only read', async () => {
    expect(await traces(directory)).toEqual(before);
  });
});

const packAndFile = (file: string): string => file.replace(/^.*\/packs\//, '');
