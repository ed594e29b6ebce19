import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identify, renewIdentity } from '../../src/agent/identity.ts';
import { openIncarnation } from '../../src/agent/incarnation.ts';
import { tempDirectory } from '../support/temp.ts';

const free = async () => true;
const web1 = { hostname: 'web_1', name: '', id: '', claim: free };

test('a node keeps its id and its name over restarts', async () => {
  using home = tempDirectory();
  const first = await identify({ ...web1, data: home.path });

  expect(first.name).toBe('web-1');
  expect(first.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(await identify({ ...web1, data: home.path })).toEqual(first);
});

test('a copied disk on a host of another name becomes a node of its own', async () => {
  using home = tempDirectory();
  const first = await identify({ ...web1, data: home.path });
  const copy = await identify({ ...web1, hostname: 'web-2', data: home.path });

  expect(copy.name).toBe('web-2');
  expect(copy.id).not.toBe(first.id);
});

test('a second agent of a host adds the start of its id to the name, and stays with it', async () => {
  using home = tempDirectory();
  const second = await identify({ ...web1, data: home.path, claim: async (name) => name !== 'web-1' });

  expect(second.name).toBe(`web-1-${second.id.slice(0, 4)}`);
  expect(await identify({ ...web1, data: home.path })).toEqual(second);
});

test('configured name and imposed id win', async () => {
  using home = tempDirectory();
  expect(await identify({ ...web1, data: home.path, name: 'db.a', id: 'fixed' })).toEqual({
    id: 'fixed',
    name: 'db.a',
    isImposed: true,
  });
});

test('a copy of another node has a new id at its next start, unless its id is to stay or is imposed', async () => {
  using home = tempDirectory();
  const data = home.path;
  const start = () => identify({ ...web1, data });
  const first = await start();
  expect(renewIdentity({ data, identity: first, isKept: true })).toContain('keep_identity');
  expect(renewIdentity({ data, identity: { ...first, isImposed: true }, isKept: false })).toContain('OPSBRO_NODE_ID');
  expect(await start()).toEqual(first);
  expect(renewIdentity({ data, identity: first, isKept: false })).toContain('next start');
  const second = await start();
  expect(second.id).not.toBe(first.id);
  expect(await start()).toEqual(second);
});

test.each([
  ['zeros', '\0'.repeat(37)],
  ['nothing', ''],
  ['noise', 'a b\u001b[2J\n{"'],
])('%s in the files of an agent keep it from starting no more than none', async (_, text) => {
  using home = tempDirectory();
  const first = await identify({ ...web1, data: home.path });
  openIncarnation(home.path).next();
  for (const file of ['server.key', 'last_name', 'incarnation']) writeFileSync(join(home.path, file), text);

  const after = await identify({ ...web1, data: home.path });
  expect(after).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'web-1' });
  expect(after.id).not.toBe(first.id);
  expect(openIncarnation(home.path).next()).toBe(1);
});

test('a name that cannot be used is refused with what can', async () => {
  using home = tempDirectory();
  await expect(identify({ ...web1, data: home.path, name: 'a b' })).rejects.toThrow('letters, digits, dots and dashes');
});

test('raising the incarnation mostly needs no disk, and after a crash none is used twice', () => {
  using home = tempDirectory();
  const crashed = openIncarnation(home.path);
  crashed.next();
  const file = () => readFileSync(join(home.path, 'incarnation'), 'utf8');
  const written = file();
  for (let used = 2; used <= 64; used += 1) crashed.save(used);
  expect(file()).toBe(written);
  crashed.save(65);
  expect(file()).not.toBe(written);
  expect(openIncarnation(home.path).next()).toBeGreaterThan(65);
});

test('every start has a higher incarnation than anything before it', () => {
  using home = tempDirectory();
  const first = openIncarnation(home.path);
  expect([first.next(), first.next()]).toEqual([1, 2]);
  first.save(40);
  first.save(30);
  first[Symbol.dispose]();
  expect(openIncarnation(home.path).next()).toBe(41);
  writeFileSync(join(home.path, 'incarnation'), 'rubbish');
  expect(openIncarnation(home.path).next()).toBe(1);
});
