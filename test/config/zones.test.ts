import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { problemLine } from '../../src/model/pack.ts';
import { tempDirectory } from '../support/temp.ts';

const SHIPPED = fileURLToPath(new URL('../../etc', import.meta.url));
const RULES = { checkFields: ['critical_if'], expressionFaults: () => [] };

/** Loads a configuration of these files, with its directory left out of what is answered. */
async function load(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  using directory = tempDirectory();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory.path, path)), { recursive: true });
    await writeFile(join(directory.path, path), text);
  }
  const loaded = await loadConfig({ directory: directory.path, shipped: SHIPPED, env, rules: RULES });
  const line = (problem: (typeof loaded.problems)[number]) =>
    `${problem.level} ${problemLine(problem).replaceAll(`${directory.path}/`, '')}`;
  return { ...loaded, lines: loaded.problems.map(line), fatalLines: loaded.fatal.map(line) };
}

test('without any file there is the one zone that is shipped', async () => {
  const { zones, problems } = await load({});
  expect(problems).toEqual([]);
  expect(zones.names).toEqual(['internet']);
});

test('zones of several files, and of files of the agent, hang together', async () => {
  const { zones, problems } = await load({
    'agent.yml': 'node-zone: customer-1\n---\nzone: {name: dc, sub-zones: []}\n',
    'zones/lan.yml': 'zone:\n  name: lan\n  sub-zones:\n    - internet\n',
    'zones/internet.yml': 'zone: {name: internet, sub_zones: [customer-1]}\n',
    'zones/deep/customers.yml': 'zone:\n  - name: customer-1\n    sub-zones:\n  - {name: customer-2, sub-zones: dc}\n',
  });
  expect(problems).toEqual([]);
  expect([...zones.names].sort()).toEqual(['customer-1', 'customer-2', 'dc', 'internet', 'lan']);
  expect(zones.ancestors('customer-1')).toEqual(['internet', 'lan']);
  expect(zones.parentOf('dc')).toBe('customer-2');
});

test('a key within a zone is not taken, and other words are doubted', async () => {
  const { zones, lines, fatal } = await load({
    'zones/a.yml': 'zone:\n  name: a\n  encryption_key: c2VjcmV0\n  sub-zone: [b]\nseeds: [x]\n',
  });
  expect(zones.names).toEqual(['a', 'internet']);
  expect(fatal).toEqual([]);
  expect(lines).toEqual([
    'warning zones/a.yml:3:3: zone.encryption_key: is ignored: the keys of a zone are in its key file',
    'warning zones/a.yml:4:3: zone.sub-zone: unknown key; did you mean "sub-zones"?',
    'warning zones/a.yml:5:1: seeds: is left out: only zone is read in this directory',
  ]);
});

test.each([
  [
    'a circle',
    'zone: {name: a, sub-zones: [b]}\n---\nzone: {name: b, sub-zones: [a]}\n',
    3,
    'zones form a circle: a > b > a',
  ],
  [
    'two parents',
    'zone: [{name: a, sub-zones: [c]}, {name: b, sub-zones: [c]}, {name: c}]\n',
    1,
    'zone "c" has two parents',
  ],
  [
    'an unknown sub-zone',
    'zone:\n  name: a\n  sub-zones:\n    - internt\n',
    4,
    'which is not defined (known: a, internet); did you mean "internet"?',
  ],
  ['a second zone of one name', 'zone: {name: a}\n---\nzone: {name: a}\n', 3, 'zone "a" is defined already, in'],
  ['no name', 'zone: {sub-zones: []}\n', 1, 'zone.name: is missing (expected a zone name)'],
  [
    'a wrong name',
    'zone: {name: "a b"}\n',
    1,
    'zone.name: wrong value (expected a zone name of letters, digits, dashes and underscores, not local, group, name, node, service or addr, got "a b")',
  ],
  ['the name that means the own zone', 'zone: {name: local}\n', 1, 'got "local")'],
  ['a name that is a word of DNS names', 'zone: {name: Service}\n', 1, 'got "Service")'],
  [
    'wrong sub-zones',
    'zone: {name: a, sub-zones: {b: 1}}\n',
    1,
    'zone.sub-zones: wrong value (expected a list of zone names',
  ],
  ['no map', 'zone: a\n', 1, 'wrong value (expected a map with name and sub-zones'],
  ['something else', '- a\n', 1, 'wrong content (expected a zone)'],
  ['no YAML', 'zone: {\n', 2, ''],
])('%s is an error with its place, and forbids to start', async (_, text, line, message) => {
  const { fatalLines } = await load({ 'zones/z.yml': text });
  expect(fatalLines).toHaveLength(1);
  expect(fatalLines[0]).toContain(`error zones/z.yml:${line}:`);
  expect(fatalLines[0]).toContain(message);
});

test('the own zone has to be defined', async () => {
  const here = await load({ 'agent.yml': 'groups: [a]\nnode_zone: internt\n', 'zones/a.yml': 'zone: {name: a}' });
  expect(here.fatalLines).toEqual([
    'error agent.yml:2:1: node_zone: no zone "internt" is defined in zones/ (expected one of a, internet); did you mean "internet"?',
  ]);
  const there = await load({}, { OPSBRO_NODE_ZONE: 'moon' });
  expect(there.fatalLines).toEqual([
    'error environment OPSBRO_NODE_ZONE: node_zone: no zone "moon" is defined in zones/ (expected one of internet)',
  ]);
});
