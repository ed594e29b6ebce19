import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import { type KeyFile, ZoneKeys } from '../../src/gossip/zone-keys.ts';

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const base64 = (key: Uint8Array) => Buffer.from(key).toString('base64');
const [A, B, C] = [bytes(1), bytes(2, 16), bytes(3, 24)];

/** A file in memory that notes what is done to it. */
function memoryFile(text: string | undefined) {
  const file = {
    path: 'lan.gossip.key',
    text,
    writes: 0,
    failure: '',
    read: async () => file.text,
    async write(written: string) {
      if (file.failure !== '') throw new Error(file.failure);
      file.text = written;
      file.writes += 1;
    },
  };
  return file satisfies KeyFile;
}

const keysOf = (keys: ZoneKeys) => keys.keyring?.map(({ secret }) => base64(new Uint8Array(secret.export()))) ?? [];

test('without a file a zone is open', async () => {
  const keys = await ZoneKeys.open('lan', memoryFile(undefined));
  expect([keys.state, keys.keyring, keys.problem, keys.fingerprints]).toEqual(['open', undefined, '', []]);
});

test('with keys, the first is the primary', async () => {
  const keys = await ZoneKeys.open('lan', memoryFile(`${base64(A)}\n${base64(B)}\n`));
  expect([keys.state, keys.problem]).toEqual(['keyed', '']);
  expect(keysOf(keys)).toEqual([base64(A), base64(B)]);
  expect(keys.fingerprints).toEqual([A, B].map((key) => createHash('sha256').update(key).digest('hex').slice(0, 16)));
});

test('a file that is none, or cannot be read, closes the zone', async () => {
  const broken = await ZoneKeys.open('lan', memoryFile('rubbish!'));
  expect([broken.state, broken.keyring, broken.problem]).toEqual([
    'closed',
    undefined,
    'lan.gossip.key: line 1 is not base64',
  ]);
  const locked = memoryFile('');
  locked.read = async () => {
    throw new Error('EACCES: permission denied');
  };
  expect((await ZoneKeys.open('lan', locked)).problem).toBe('lan.gossip.key cannot be read: EACCES: permission denied');
});

test('keys are installed, used and removed, on disk first', async () => {
  const file = memoryFile(`${base64(A)}\n`);
  const keys = await ZoneKeys.open('lan', file);
  const changes: string[][] = [];
  keys.onChange(() => changes.push(keysOf(keys)));

  await keys.apply('install', B);
  expect(file.text).toBe(`${base64(A)}\n${base64(B)}\n`);
  await keys.apply('use', B);
  expect(file.text).toBe(`${base64(B)}\n${base64(A)}\n`);
  await keys.apply('remove', A);
  expect(file.text).toBe(`${base64(B)}\n`);
  expect(changes).toEqual([[base64(A), base64(B)], [base64(B), base64(A)], [base64(B)]]);
});

test('what is so already is not written again', async () => {
  const file = memoryFile(JSON.stringify([base64(A), base64(B)]));
  const keys = await ZoneKeys.open('lan', file);
  await keys.apply('install', B);
  await keys.apply('use', A);
  await keys.apply('remove', C);
  expect(file.writes).toBe(0);
  await keys.apply('install', C);
  expect(JSON.parse(file.text ?? '')).toEqual([base64(A), base64(B), base64(C)]);
});

test.each([
  ['install', bytes(1, 15), 'bad_request', 'the key has 15 bytes (expected 16, 24 or 32)'],
  ['use', C, 'conflict', 'Requested key is not in the keyring'],
  ['remove', A, 'conflict', 'Removing the primary key is not allowed'],
] as const)('refuses to %s what cannot be', async (operation, key, code, message) => {
  const file = memoryFile(`${base64(A)}\n`);
  const keys = await ZoneKeys.open('lan', file);
  await expect(keys.apply(operation, key)).rejects.toMatchObject({ code, message });
  expect([keysOf(keys), file.writes]).toEqual([[base64(A)], 0]);
});

test('a zone without keys gets none from others, a closed one neither', async () => {
  const open = await ZoneKeys.open('lan', memoryFile(undefined));
  await expect(open.apply('install', A)).rejects.toThrow('No keyring to modify (encryption not enabled)');
  const closed = await ZoneKeys.open('lan', memoryFile('x!'));
  await expect(closed.apply('install', A)).rejects.toThrow('lan.gossip.key: line 1 is not base64');
});

test('what cannot be kept does not count', async () => {
  const file = memoryFile(`${base64(A)}\n`);
  const keys = await ZoneKeys.open('lan', file);
  file.failure = 'no space left on device';
  const failed = await keys.apply('install', B).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(OpsbroError);
  expect(failed).toMatchObject({ message: 'lan.gossip.key cannot be written: no space left on device' });
  expect(keysOf(keys)).toEqual([base64(A)]);
  file.failure = '';
  await keys.apply('install', C);
  expect(keysOf(keys)).toEqual([base64(A), base64(C)]);
});

test('changes that come together wait for each other', async () => {
  const file = memoryFile(`${base64(A)}\n`);
  const keys = await ZoneKeys.open('lan', file);
  await Promise.all([keys.apply('install', B), keys.apply('install', C), keys.apply('use', C)]);
  expect(file.text).toBe(`${base64(C)}\n${base64(A)}\n${base64(B)}\n`);
});

test('a reload takes over what the file says, and tells only of changes', async () => {
  const file = memoryFile(undefined);
  const keys = await ZoneKeys.open('lan', file);
  const states: string[] = [];
  using _listening = keys.onChange(() => states.push(keys.state));
  await keys.reload();
  file.text = base64(A);
  await keys.reload();
  file.text = JSON.stringify([base64(A)]);
  await keys.reload();
  file.text = 'rubbish!';
  await keys.reload();
  file.text = base64(B);
  await keys.reload();
  expect(states).toEqual(['keyed', 'closed', 'keyed']);
});

test('a zone that had keys does not open because its file is gone', async () => {
  const file = memoryFile(base64(A));
  const keys = await ZoneKeys.open('lan', file);
  file.text = undefined;
  await keys.reload();
  expect([keys.state, keys.problem]).toEqual(['closed', 'lan.gossip.key is gone']);
  await keys.reload();
  expect(keys.state).toBe('closed');
});
