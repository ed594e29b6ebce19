import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { secretHash } from '../../src/base/secret.ts';
import { readTokenFile } from '../../src/config/token-file.ts';
import { problemLine } from '../../src/model/pack.ts';
import { tempDirectory } from '../support/temp.ts';

const HASH = secretHash('secret');

async function read(text: string, mode = 0o600) {
  const directory = tempDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const file = join(directory.path, 'tokens.yml');
  writeFileSync(file, text);
  chmodSync(file, mode);
  const { problems, ...found } = await readTokenFile(file);
  return { ...found, problems: problems.map((problem) => problemLine(problem).replace(file, 'F')) };
}

test('a token has a name, a hash and a scope, and may have an end, networks and paths', async () => {
  const text = `
- name: grafana
  hash: sha256:${HASH.toUpperCase()}
  scope: read
- { name: ci, hash: ${HASH}, scope: write, expires: 2030-01-31, from: 10.0.0.0/8, paths: [/kv/app] }
`;

  expect(await read(text)).toEqual({
    openTo: 'nobody',
    problems: [],
    tokens: [
      { name: 'grafana', hash: HASH, scope: 'read', created: null, expires: null, from: [], paths: [], origin: 'file' },
      {
        ...{ name: 'ci', hash: HASH, scope: 'write', created: null, expires: Date.UTC(2030, 0, 31) },
        ...{ from: ['10.0.0.0/8'], paths: ['/kv/app'], origin: 'file' },
      },
    ],
  });
});

test.each([
  ['- { name: a, scope: read }', 'hash: is missing'],
  [`- { name: a b, hash: ${HASH}, scope: read }`, 'name: wrong value (expected a name of letters'],
  [`- { name: a, hash: ${HASH}, scope: root }`, 'scope: wrong value (expected one of read, write, repair, admin'],
  [`- { name: a, hash: ${HASH}, scope: read, from: [10.0.0.0/99] }`, 'from: wrong value (expected a list of networks'],
  [`- { name: a, hash: ${HASH}, scope: read, expires: soon }`, 'expires: wrong value (expected a day such as'],
  [
    `- { name: a, hash: ${HASH}, scope: read, expires: 2030-13-01 }`,
    'expires: wrong value (expected a day that exists',
  ],
  [`- { name: a, hash: ${HASH}, scope: read, form: 10.0.0.0/8 }`, 'form: unknown key (expected one of name, hash'],
  ['- grafana', 'wrong value (expected a map with name, hash and scope)'],
  ['- [', 'F:'],
])('%s is left out, and told: %s', async (text, problem) => {
  const { tokens, problems } = await read(text);

  expect(tokens).toEqual([]);
  expect(problems[0]).toContain(problem);
  expect(problems[0]).toMatch(/^F:\d+:\d+: /);
});

test('who writes the token in place of its hash does not find it in the log', async () => {
  const { problems } = await read('- { name: a, hash: opsbro_my-very-secret, scope: read }');

  expect(problems).toEqual(['F:1:14: hash: wrong value (expected the SHA-256 of the token in hex)']);
});

test('of two tokens of one name the first counts, and a wrong one does not hinder the others', async () => {
  const entry = (name: string, scope: string) => `- { name: ${name}, hash: ${HASH}, scope: ${scope} }\n`;

  const { tokens, problems } = await read(
    entry('a', 'read') + entry('a', 'admin') + entry('b', 'x') + entry('c', 'read'),
  );
  expect(tokens.map(({ name, scope }) => `${name} ${scope}`)).toEqual(['a read', 'c read']);
  expect(problems).toHaveLength(2);
});

test.each([
  [0o600, 'nobody', 1],
  [0o400, 'nobody', 1],
  [0o640, 'readers', 1],
  [0o644, 'readers', 1],
  [0o660, 'writers', 0],
  [0o602, 'writers', 0],
] as const)('a file of mode %o is open to %s', async (mode, openTo, count) => {
  const found = await read(`- { name: a, hash: ${HASH}, scope: admin }`, mode);

  expect([found.openTo, found.tokens.length]).toEqual([openTo, count]);
});

test('without a file there are no tokens and nothing is wrong', async () => {
  expect(await readTokenFile('/nowhere/tokens.yml')).toEqual({ tokens: [], problems: [], openTo: 'nobody' });
});
