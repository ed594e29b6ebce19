import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Answered, fakeAgent, opsbro, refused } from '../support/cli.ts';

const entry = (key: string, value: string | Uint8Array) => ({
  key,
  value: Buffer.from(value).toString('base64'),
  version: 'v1',
  created: '2023-11-14T22:13:20.000Z',
  modified: '2023-11-14T22:13:20.000Z',
  expires: null,
});

describe('kv get', () => {
  test('prints key and value', async () => {
    await using agent = await fakeAgent({ 'GET /kv/x//y/': entry('x//y/', 'two\nlines\u001b[31m') });
    expect(await opsbro('kv get x//y/', agent)).toEqual({ code: 0, out: 'x//y/::two\nlines\\e[31m\n', err: '' });
  });

  test('escapes in a key what means something in an address', async () => {
    await using agent = await fakeAgent({ 'GET /kv/a%3Fb%23%25%C3%A9%20c/d': entry('a?b#%é c/d', '') });
    expect(await opsbro(['kv', 'get', 'a?b#%é c/d'], agent)).toMatchObject({ code: 0, out: 'a?b#%é c/d::\n' });
  });

  test('shows bytes that are no text in base64, and writes them with --raw', async () => {
    await using agent = await fakeAgent({ 'GET /kv/bin': entry('bin', Uint8Array.of(255, 0)) });
    expect(await opsbro('kv get bin', agent)).toMatchObject({
      out: 'bin::/wA=\n',
      err: expect.stringContaining('base64'),
    });
    expect((await opsbro('kv get bin --raw', agent)).out).toBe(Buffer.from([255, 0]).toString());
  });

  test('gives programs the whole entry', async () => {
    await using agent = await fakeAgent({ 'GET /kv/a': entry('a', 'b') });
    expect((await opsbro('kv get a --json', agent)).out).toBe(`${JSON.stringify(entry('a', 'b'))}\n`);
    expect((await opsbro('kv get a --json', { ...agent, terminal: 'terminal' })).out).toBe(
      `${JSON.stringify(entry('a', 'b'), null, 2)}\n`,
    );
  });

  test('ends with 2 for a key that is not there', async () => {
    await using agent = await fakeAgent({ 'GET /kv/a': refused(404, 'not_found', 'no key is named "a"') });
    expect(await opsbro('kv get a', agent)).toEqual({ code: 2, out: '', err: 'ERROR: the key a does not exist\n' });
    expect(JSON.parse((await opsbro('kv get a --json', agent)).out)).toMatchObject({ error: { code: 'not_found' } });
  });
});

describe('kv put', () => {
  const stored = { key: 'a', version: 'v' };

  test('sends the value as it is', async () => {
    await using agent = await fakeAgent({ 'PUT /kv/a': stored, 'PUT /kv/a?ttl=60s&cas=0': stored });
    expect(await opsbro('kv put a value', agent)).toEqual({ code: 0, out: ' - Set key a : OK\n', err: '' });
    await opsbro(['kv', 'put', 'a', '', '--ttl', '60s', '--cas', '0'], agent);
    await opsbro(['kv', 'put', 'a', '--', '-1'], agent);
    expect(agent.asked()).toEqual(['PUT /kv/a value', 'PUT /kv/a?ttl=60s&cas=0', 'PUT /kv/a -1']);
  });

  test('takes the value from a file or from the standard input', async () => {
    await using agent = await fakeAgent({ 'PUT /kv/a': stored });
    const file = join(agent.home, 'value');
    await writeFile(file, 'from file');
    await opsbro(['kv', 'put', 'a', '--file', file], agent);
    await opsbro('kv put a --file -', { ...agent, input: 'from input' });
    expect(agent.asked()).toEqual(['PUT /kv/a from file', 'PUT /kv/a from input']);
  });

  test.each([
    ['kv put a', 'give a VALUE or --file'],
    ['kv put a b --file c', 'and not both'],
    ['kv put a --file /nowhere/x', 'no such file'],
  ])('%s is refused', async (line, why) => {
    await using agent = await fakeAgent({});
    expect(await opsbro(line, agent)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  });

  test('ends with 3 when the key is not what was expected', async () => {
    await using agent = await fakeAgent({ 'PUT /kv/a?cas=v0': refused(409, 'cas_failed', 'changed') });
    expect(await opsbro('kv put a b --cas v0', agent)).toMatchObject({ code: 3, err: 'error: changed (cas_failed)\n' });
  });
});

test('kv delete says what it did', async () => {
  await using agent = await fakeAgent({ 'DELETE /kv/a': { key: 'a', version: null, existed: false } });
  expect(await opsbro('kv delete a', agent)).toEqual({ code: 0, out: ' - Delete key a : OK\n', err: '' });
});

describe('kv list', () => {
  test('follows the pages to the end', async () => {
    const more = new Answered(200, ['a', 'b'], { 'x-opsbro-next': 'b%2Fc' });
    await using agent = await fakeAgent({
      'GET /kv/?prefix=&limit=10000': more,
      'GET /kv/?prefix=&limit=10000&after=b%2Fc': ['d'],
    });
    expect(await opsbro('kv list', agent)).toEqual({ code: 0, out: 'a\nb\nd\n', err: '' });
    expect((await opsbro('kv list --json', agent)).out).toBe('["a","b","d"]\n');
  });

  test('says beside the data that there is nothing', async () => {
    await using agent = await fakeAgent({ 'GET /kv/?prefix=&limit=10000': [] });
    expect(await opsbro('kv list', agent)).toEqual({ code: 0, out: '', err: 'no keys\n' });
    expect(await opsbro('kv list --json', agent)).toEqual({ code: 0, out: '[]\n', err: '' });
  });

  test('stops at the limit', async () => {
    const more = new Answered(200, ['p1', 'p2'], { 'x-opsbro-next': 'p2' });
    await using agent = await fakeAgent({ 'GET /kv/?prefix=p&limit=2': more });
    expect((await opsbro('kv list p --limit 2', agent)).out).toBe('p1\np2\n');
    expect(await opsbro('kv list --limit 0', agent)).toMatchObject({ code: 2 });
  });

  test('--long shows size, version and times', async () => {
    await using agent = await fakeAgent({ 'GET /kv/?prefix=&recurse=1&limit=10000': [entry('a', 'hello')] });
    expect((await opsbro('kv list --long --utc', agent)).out).toBe(
      'KEY  SIZE  VERSION  MODIFIED             EXPIRES\na       5  v1       2023-11-14 22:13:20  -\n',
    );
  });
});
