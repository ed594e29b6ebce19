import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ExportWriter, readExport } from '../../src/model/kv-export.ts';
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

describe('kv status', () => {
  const store = { engine: 'level', state: 'ok', error: '', records: 3, bytes: 90, quarantined: 0 };
  const ring = { phase: 'running', view: 'da39', ready: true, settled: true, clock_sound: true, unseen: 0, hints: 0 };

  test('says how the store and the ring are, and who is on it', async () => {
    const members = [{ node: 'id-1', name: 'web1', state: 'alive' }];
    await using agent = await fakeAgent({ 'GET /kv-status': { ...store, ring: { ...ring, members, counts: {} } } });
    const { out } = await opsbro('kv status', agent);
    expect(out).toContain('ring         da39, every member has what belongs to it\n');
    expect(out).toContain('web1    alive  id-1\n');
  });

  test('says that there is no ring where no node has the group', async () => {
    await using agent = await fakeAgent({ 'GET /kv-status': { ...store, ring: { ...ring, members: [], counts: {} } } });
    expect(await opsbro('kv status', agent)).toEqual({
      code: 0,
      out: 'engine       level\nstore        ok\nrecords      3 (90 bytes)\nring         none: no node of this zone has the group kv\n',
      err: '',
    });
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
      'GET /kv/?prefix=&cluster=1&limit=10000': more,
      'GET /kv/?prefix=&cluster=1&limit=10000&after=b%2Fc': ['d'],
    });
    expect(await opsbro('kv list', agent)).toEqual({ code: 0, out: 'a\nb\nd\n', err: '' });
    expect((await opsbro('kv list --json', agent)).out).toBe('["a","b","d"]\n');
  });

  test('says beside the data that there is nothing', async () => {
    await using agent = await fakeAgent({ 'GET /kv/?prefix=&cluster=1&limit=10000': [] });
    expect(await opsbro('kv list', agent)).toEqual({ code: 0, out: '', err: 'no keys\n' });
    expect(await opsbro('kv list --json', agent)).toEqual({ code: 0, out: '[]\n', err: '' });
  });

  test('stops at the limit', async () => {
    const more = new Answered(200, ['p1', 'p2'], { 'x-opsbro-next': 'p2' });
    await using agent = await fakeAgent({ 'GET /kv/?prefix=p&cluster=1&limit=2': more });
    expect((await opsbro('kv list p --limit 2', agent)).out).toBe('p1\np2\n');
    expect(await opsbro('kv list --limit 0', agent)).toMatchObject({ code: 2 });
  });

  test('--long shows size, version and times', async () => {
    await using agent = await fakeAgent({ 'GET /kv/?prefix=&recurse=1&cluster=1&limit=10000': [entry('a', 'hello')] });
    expect((await opsbro('kv list --long --utc', agent)).out).toBe(
      'KEY  SIZE  VERSION  MODIFIED             EXPIRES\na       5  v1       2023-11-14 22:13:20  -\n',
    );
  });
});

test('kv list --local asks for what this node stores', async () => {
  await using agent = await fakeAgent({ 'GET /kv/?prefix=&limit=10000': ['mine'] });
  expect((await opsbro('kv list --local', agent)).out).toBe('mine\n');
});

describe('kv delete --recurse', () => {
  const answers = {
    'GET /kv/?prefix=a%2F&cluster=1&limit=10000': ['a/1', 'a/2'],
    'DELETE /kv/?prefix=a%2F&recurse=1&confirm=2': { deleted: 2 },
  };

  test('asks with the number of keys, and deletes when that was agreed to', async () => {
    await using agent = await fakeAgent(answers);
    expect(await opsbro('kv delete --recurse a/', agent)).toMatchObject({
      code: 1,
      err: 'error: 2 keys begin with "a/" and would be deleted; add --yes to do it\n',
    });
    expect((await opsbro('kv delete --recurse a/ --dry-run', agent)).out).toBe(' - 2 keys begin with "a/"\n');
    expect(agent.asked().filter((asked) => asked.startsWith('DELETE'))).toEqual([]);
    expect(await opsbro('kv delete --recurse a/ --yes', agent)).toMatchObject({
      code: 0,
      out: ' - Deleted 2 keys : OK\n',
    });
  });

  test.each([['kv delete'], ['kv delete a --recurse b'], ['kv delete --recurse= --yes']])(
    '%s is refused',
    async (line) => {
      await using agent = await fakeAgent({});
      expect(await opsbro(line, agent)).toMatchObject({ code: 2 });
      expect(agent.asked()).toEqual([]);
    },
  );
});

const change = (key: string, number: number, op = 'put') => ({
  ...{ index: `b0071e55:${number}`, key, op, version: `v${number}`, time: '2023-11-14T22:13:20.000Z', expires: null },
});

describe('kv wait-exists', () => {
  test('waits for the change that makes the key, and does not poll', async () => {
    let isThere = false;
    await using agent = await fakeAgent({
      'GET /kv-changes?key=a': { index: 'b0071e55:1', changes: [] },
      'GET /kv-changes': async (target: string) => {
        if (!target.includes('index=')) return { index: 'b0071e55:1', changes: [] };
        isThere = true;
        return { index: 'b0071e55:2', changes: [change('a', 2)] };
      },
      'GET /kv/a': () => (isThere ? entry('a', '1') : refused(404, 'not_found', 'no')),
    });
    expect(await opsbro('kv wait-exists a', agent)).toMatchObject({ code: 0, out: 'the key a exists\n' });
    expect(agent.asked().filter((asked) => asked === 'GET /kv/a')).toHaveLength(2);
  });

  test('gives up when the time is over', async () => {
    await using agent = await fakeAgent({
      'GET /kv-changes': () => ({ index: 'b0071e55:1', changes: [] }),
      'GET /kv/a': refused(404, 'not_found', 'no'),
    });
    const ended = await opsbro('kv wait-exists a --timeout 0', agent);
    expect(ended).toMatchObject({ code: 2, err: 'the key a does not exist after 0 seconds (currently missing)\n' });
  });

  test('survives an agent that has started again and knows the place no more', async () => {
    let asked = 0;
    await using agent = await fakeAgent({
      'GET /kv-changes': (target: string) =>
        target.includes('index=') ? refused(410, 'index_gone', 'gone') : { index: `b0071e55:${asked}`, changes: [] },
      'GET /kv/a': () => (asked++ > 1 ? entry('a', '1') : refused(404, 'not_found', 'no')),
    });
    expect(await opsbro('kv wait-exists a', agent)).toMatchObject({ code: 0 });
  });
});

test('kv wait-value waits for the very bytes', async () => {
  const values = ['no', 'done'];
  await using agent = await fakeAgent({
    'GET /kv-changes': (target: string) => ({
      index: 'b0071e55:1',
      changes: target.includes('index=') ? [change('a', 1)] : [],
    }),
    'GET /kv/a': () => entry('a', values.shift() ?? 'done'),
  });
  expect(await opsbro('kv wait-value a done', agent)).toMatchObject({ code: 0, out: 'the key a is as wanted\n' });
});

describe('kv watch', () => {
  const pages = () => {
    const waiting = [[change('a/1', 2)], [], [change('a/2', 3), change('a/2', 4, 'delete')]];
    return (target: string) => {
      if (!target.includes('index=')) return { index: 'b0071e55:1', changes: [] };
      return { index: 'b0071e55:9', changes: waiting.shift() ?? [] };
    };
  };

  test('prints a line for each change, and nothing at its start', async () => {
    await using agent = await fakeAgent({ 'GET /kv-changes': pages() });
    const { code, out } = await opsbro('kv watch a/ --count 3', agent);
    expect([code, out]).toEqual([0, 'b0071e55:2 put a/1 v2\nb0071e55:3 put a/2 v3\nb0071e55:4 delete a/2 v4\n']);
    expect(agent.asked()[0]).toBe('GET /kv-changes?prefix=a%2F');
  });

  test('prints one JSON object a change', async () => {
    await using agent = await fakeAgent({ 'GET /kv-changes': pages() });
    const { out } = await opsbro('kv watch a/ --count 1 --json --from b0071e55:1', agent);
    expect(JSON.parse(out)).toEqual(change('a/1', 2));
    expect(agent.asked()[0]).toContain('index=b0071e55%3A1');
  });

  test('runs a program for each change, one after the other, with the change on its input', async () => {
    await using agent = await fakeAgent({ 'GET /kv-changes': pages() });
    const file = join(agent.home, 'seen');
    const program = `cat >> ${file}; echo "$OPSBRO_KEY $OPSBRO_OP $OPSBRO_INDEX" >> ${file}`;
    await opsbro(['kv', 'watch', 'a/', '--count', '2', '--', 'sh', '-c', program], agent);
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines.filter((line) => !line.startsWith('{'))).toEqual(['a/1 put b0071e55:2', 'a/2 put b0071e55:3', '']);
    expect(JSON.parse(lines[0] ?? '')).toEqual(change('a/1', 2));
  });

  test('ends with 0 when the user interrupts', async () => {
    const stop = new AbortController();
    await using agent = await fakeAgent({
      'GET /kv-changes': (target: string) => {
        if (!target.includes('index=')) return { index: 'b0071e55:1', changes: [] };
        stop.abort();
        return new Promise(() => {});
      },
    });
    expect(await opsbro('kv watch', { ...agent, interrupt: stop.signal })).toMatchObject({ code: 0, out: '' });
    agent.server.closeAllConnections();
  });

  test('says so when a program cannot be run', async () => {
    await using agent = await fakeAgent({ 'GET /kv-changes': pages() });
    const ended = await opsbro(['kv', 'watch', 'a/', '--', '/nowhere/x'], agent);
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('/nowhere/x cannot be run') });
  });
});

test('kv history lists what is kept, oldest first', async () => {
  await using agent = await fakeAgent({
    'GET /kv-changes?key=a&history=1': { index: 'b0071e55:2', changes: [change('a', 1), change('a', 2, 'delete')] },
  });
  expect((await opsbro('kv history a --utc', agent)).out).toBe(
    'TIME                 CHANGE  VERSION  EXPIRES\n2023-11-14 22:13:20  put     v1       -\n2023-11-14 22:13:20  delete  v2       -\n',
  );
});

describe('kv import', () => {
  const exported = (...keys: string[]) => {
    const writer = new ExportWriter();
    const head = writer.head({ zone: 'z', node: 'n', time: '', prefix: '' });
    const times = { version: 'v', created: 0, modified: 0, expires: null };
    return head + keys.map((key) => writer.entry({ ...times, key, value: Buffer.from('x') })).join('') + writer.end();
  };
  const done = { created: 1, overwritten: 1, skipped: 0, refused: 0, refusals: [], broken: 0, dry_run: false };

  test('checks the file, sends it, and says what came of it', async () => {
    await using agent = await fakeAgent({ 'POST /kv-import?mode=newer': done });
    const ended = await opsbro('kv import - --mode newer', { ...agent, input: exported('a', 'b') });
    expect(ended).toMatchObject({ code: 0, out: 'created 1, overwrote 1, skipped 0\n' });
    const [sent = ''] = agent.asked();
    expect(readExport(Buffer.from(sent.slice(sent.indexOf('{'))), 'strict')).toMatchObject({ entries: { length: 2 } });
  });

  test('tells what it would do', async () => {
    await using agent = await fakeAgent({ 'POST /kv-import?mode=overwrite&dry-run=1': { ...done, dry_run: true } });
    const ended = await opsbro('kv import - --dry-run', { ...agent, input: exported('a', 'b') });
    expect(ended.out).toBe('would create 1, overwrite 1, skip 0\n');
  });

  test('sends nothing of a file that is damaged, unless it is forced to', async () => {
    await using agent = await fakeAgent({ 'POST /kv-import?mode=overwrite': done });
    const input = exported('a', 'b').split('\n').slice(0, 2).join('\n');
    expect(await opsbro('kv import -', { ...agent, input })).toMatchObject({
      code: 2,
      err: expect.stringContaining('breaks off'),
    });
    expect(agent.asked()).toEqual([]);
    expect(await opsbro('kv import - --force', { ...agent, input })).toMatchObject({ code: 0 });
  });

  test('ends with 2 when keys were refused, and names them', async () => {
    const refusals = [{ key: '__x', message: 'reserved' }];
    await using agent = await fakeAgent({ 'POST /kv-import?mode=overwrite': { ...done, refused: 1, refusals } });
    const ended = await opsbro('kv import -', { ...agent, input: exported('__x') });
    expect(ended).toMatchObject({ code: 2, err: 'refused: __x: reserved\n' });
  });

  test.each([['kv import /nowhere/x'], ['kv import - --mode sideways']])('%s is refused', async (line) => {
    await using agent = await fakeAgent({});
    expect(await opsbro(line, agent)).toMatchObject({ code: 2 });
  });
});

describe('kv export', () => {
  test('writes what comes, to the output or into a file of its owner', async () => {
    await using agent = await fakeAgent({ 'GET /kv-export?prefix=a%2F': { any: 'bytes' } });
    expect((await opsbro('kv export a/', agent)).out).toBe('{"any":"bytes"}');
    const file = join(agent.home, 'out');
    expect(await opsbro(['kv', 'export', 'a/', '-o', file], agent)).toMatchObject({ code: 0, out: '' });
    expect(await readFile(file, 'utf8')).toBe('{"any":"bytes"}');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('says why there is no export', async () => {
    await using agent = await fakeAgent({ 'GET /kv-export?prefix=': refused(503, 'quorum', 'n3 did not answer') });
    expect(await opsbro('kv export', agent)).toMatchObject({ code: 1, err: 'error: n3 did not answer (quorum)\n' });
  });
});
