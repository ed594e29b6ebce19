import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { schemaFiles } from '../../scripts/docs/schemas.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import { isMapping } from '../../src/config/yaml-value.ts';
import { OBJECT_TYPES, type Yaml } from '../../src/model/pack.ts';
import { differences } from '../support/json-schema.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORPUS = join(process.env['OPSBRO_SHARED'] ?? join(ROOT, '../shared'), 'corpus/opsbro-packs');

type Schema = Readonly<Record<string, unknown>>;
const schemas = new Map(
  (await schemaFiles()).map(({ path, content }): [string, Schema] => [
    path.replace(/^schemas\/|\.json$/g, ''),
    JSON.parse(content) as Schema,
  ]),
);

function differencesFrom(kind: string, text: string): readonly string[] {
  const values = parseYaml(text, kind).documents.map(({ value }) => JSON.parse(JSON.stringify(value)) as Yaml);
  return values.flatMap((value) => differences(schemas.get(kind) ?? {}, value));
}

/** Differences of every object and description below a directory, from the schema of its kind. */
async function differencesBelow(
  directory: string,
): Promise<{ readonly seen: number; readonly found: readonly string[] }> {
  const names = await readdir(directory, { recursive: true });
  let seen = 0;
  const found: string[] = [];
  for (const name of names.filter((each) => each.endsWith('.yml'))) {
    const text = await readFile(join(directory, name), 'utf8');
    const values = parseYaml(text, name).documents.map(({ value }) => value);
    const keys = values.flatMap((value) => (isMapping(value) ? Object.keys(value) : []));
    const kinds = name.endsWith('package.yml') ? ['package'] : keys.filter((key) => schemas.has(key));
    for (const kind of kinds) {
      seen += 1;
      found.push(...differencesFrom(kind, text).map((each) => `${name}: ${kind}: ${each}`));
    }
  }
  return { seen, found };
}

test('there is a schema for every kind of file, and each says what its fields mean', () => {
  expect([...schemas.keys()]).toEqual(
    expect.arrayContaining([...OBJECT_TYPES, 'agent', 'package', 'parameters', 'zone']),
  );
  expect(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))).toMatchObject({
    files: expect.arrayContaining(['schemas']),
  });
  expect(JSON.stringify(schemas.get('check'))).toContain('Time between two runs. Written as a duration');
  expect(JSON.stringify([...schemas.values()])).not.toContain('"expected"');
});

test('what is shipped is as the schemas say', async () => {
  const { seen, found } = await differencesBelow(join(ROOT, 'etc/packs'));
  expect(found).toEqual([]);
  expect(seen).toBeGreaterThan(10);
  expect(differencesFrom('agent', await readFile(join(ROOT, 'etc/agent.yml'), 'utf8'))).toEqual([]);
});

test.skipIf(!existsSync(CORPUS))('packs of the original are as the schemas say', async () => {
  const { seen, found } = await differencesBelow(CORPUS);
  expect(found).toEqual([]);
  expect(seen).toBeGreaterThan(50);
});

test.each([
  ['detector', 'detector: {apply_if: "True", groups: [linux]}', []],
  ['detector', 'detector: {apply_if: "True"}', ['$.detector: anyOf']],
  ['check', 'check: [{critical_if: "1", mailq: {warning: 3}}, {script: [a, b], interval: 10}]', []],
  ['check', 'check: {interval: [1]}', ['$.check: anyOf']],
  ['dashboard', 'dashboard: {title: a, content: {vertical_split: [{text: {value: "1"}}]}}', []],
  ['dashboard', 'dashboard: {title: a, content: {vertical_split: [{tex: {value: "1"}}]}}', ['$.dashboard: anyOf']],
  ['agent', 'node-zone: lan\nhttp: {max-body: 1MB}\nfree: 1\ncheck: {script: x}', []],
  ['agent', 'http: {prot: 1}', ['$.http.prot: additionalProperties']],
  ['zone', 'zone: {name: lan, sub-zones: [a]}', []],
  ['package', 'version: 1.0', ['$: required']],
])('the schema of %s judges %j', (kind, text, expected) => {
  expect(differencesFrom(kind, text)).toEqual(expected);
});
