import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ALIASES, COMMANDS, TOPICS } from '../../src/cli/catalog.ts';
import { Answered, fakeAgent, opsbro, refused } from '../support/cli.ts';
import { ARGUMENTS } from './lines.ts';

const commands = [...COMMANDS.keys()];
const loaded = await Promise.all(
  [...COMMANDS].map(async ([path, { load }]) => [path, (await load()).default] as const),
);
const LOCAL = new Set(loaded.flatMap(([path, { local }]) => (local === undefined ? [] : [path])));
const NEED_NO_AGENT = new Set([
  'maas',
  'agent keygen',
  'config sample',
  'config schema',
  'config validate',
  'health test',
  'agent restart',
  'completion',
  'agent start',
  'doctor',
  'banner',
  'agent wait-initialized',
  'packs create',
  'tutorials list',
  'dns uninstall',
  'tutorials show',
  'version',
]);

/** The commands of OpsBro, but for those of parts that there are not, and those that nobody needs any more. */
const FORMER: Readonly<Record<string, readonly string[]>> = {
  '': ['version', 'banner'],
  agent: ['start', 'stop', 'info', 'print', 'keygen', 'wait-initialized'],
  'agent internal': ['show-threads'],
  'agent log': ['follow', 'list'],
  'agent modules': ['state'],
  'agent parameters': ['show', 'set', 'get', 'add', 'remove'],
  collectors: ['show', 'state', 'run', 'wait-ok', 'history'],
  dashboards: ['show', 'list'],
  detectors: ['list', 'run', 'state', 'history', 'wait-group'],
  docker: ['show'],
  evaluator: ['list', 'eval', 'wait-eval-true'],
  gossip: ['members', 'history', 'join', 'ping', 'leave', 'detect', 'wait-members'],
  'gossip zone': ['change', 'list'],
  'gossip zone key': ['generate', 'import'],
  'gossip events': ['wait', 'add'],
  'kv-store': ['get', 'put', 'delete', 'list', 'wait-exists', 'wait-value'],
  monitoring: ['state', 'history', 'wait-ok'],
  packs: ['show', 'list', 'overload'],
  'packs parameters': ['set', 'get'],
  tutorials: ['list', 'show'],
};

describe('the list of commands', () => {
  test('names every file of a command, and nothing else', async () => {
    const files = await readdir(new URL('../../src/cli/commands/', import.meta.url), { recursive: true });
    const paths = files.filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3).replaceAll('/', ' '));
    expect(commands.toSorted()).toEqual(paths.toSorted());
  });

  test('says in one sentence what each is for, and each topic', () => {
    for (const { summary } of COMMANDS.values()) expect(summary).toMatch(/^[A-Z].{5,80}\.$/);
    const starts = commands.flatMap((path) => path.split(' ').map((_, at, words) => words.slice(0, at).join(' ')));
    expect([...TOPICS.keys()].toSorted()).toEqual([...new Set(starts)].filter((start) => start !== '').toSorted());
  });

  test('aliases lead somewhere', () => {
    for (const target of ALIASES.values()) expect(COMMANDS.has(target) || TOPICS.has(target)).toBe(true);
  });
});

describe.each(commands)('opsbro %s', (path) => {
  test('explains itself with two examples', async () => {
    const { code, out, err } = await opsbro(`${path} --help`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: opsbro ${path}`);
    expect(out.match(/^ {2}opsbro /gm)).toHaveLength(2);
    expect((await opsbro(`help ${path}`)).out).toBe(out);
  });

  test('refuses an option it does not know', async () => {
    // What it cannot know may be an expression or a negative number.
    if ((await COMMANDS.get(path)?.load())?.default.dashes === 'arguments') return;
    const { code, out, err } = await opsbro(`${path} --nonsense`);
    expect({ code, out }).toEqual({ code: path === 'evaluator wait-eval-true' ? 1 : 2, out: '' });
    if (code === 2) expect(err).toContain("unknown option '--nonsense'");
  });
});

test.each(commands.filter((path) => !NEED_NO_AGENT.has(path) && !LOCAL.has(path)))(
  'opsbro %s says so when there is no agent',
  async (path) => {
    const { code, out, err } = await opsbro(`${path} ${ARGUMENTS.get(path) ?? ''}`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    const none = 'error: no agent answers at /nowhere/data/opsbro.sock (start it with: opsbro agent start)\n';
    expect(err).toBe(path === 'agent stop' ? 'error: no agent is running\n' : none);
  },
);

describe('words', () => {
  test('alone, and with --help, it lists the first words', async () => {
    for (const line of ['', '--help', '-h', 'help']) {
      const { code, out } = await opsbro(line);
      expect(code).toBe(0);
      expect(out).toMatch(/^opsbro: .*\n\nUsage: opsbro WORD/);
      for (const topic of TOPICS.keys()) if (!topic.includes(' ')) expect(out).toContain(`  ${topic} `);
    }
  });

  test('-l lists every command, also by its other words', async () => {
    const listed = (await opsbro('-l')).out.trim().split('\n');
    expect(listed).toEqual(listed.toSorted());
    expect(listed).toEqual(expect.arrayContaining(commands));
    expect(listed.filter((each) => !commands.includes(each))).toEqual(
      expect.arrayContaining(['ack', 'agent leave', 'kv-store put', 'packs check']),
    );
  });

  test('-l has every command of OpsBro whose part there is', async () => {
    const listed = (await opsbro('-l')).out.trim().split('\n');
    const former = Object.entries(FORMER).flatMap(([topic, words]) => words.map((word) => `${topic} ${word}`.trim()));
    expect(former.filter((path) => !listed.includes(path))).toEqual([]);
  });

  test('a word that needs another lists those, and only asking for that is right', async () => {
    expect(await opsbro('gossip --help')).toMatchObject({ code: 0, out: expect.stringContaining('gossip members') });
    expect(await opsbro('gossip')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('gossip members') });
  });

  test.each([
    ['gosip members', 'unknown command "gosip"; did you mean "gossip"?'],
    ['--htp http://x agent info', 'unknown option "--htp"; did you mean "--http"?'],
    ['--lines 5 agent log show dns', 'unknown option "--lines"; options of one command stand after its words'],
    ['--quiet gosip members', 'unknown command "gosip"; did you mean "gossip"?'],
    ['gossip memebrs', 'unknown command "memebrs"; did you mean "members"?'],
    ['kv-stor list', 'did you mean "kv-store"?'],
    ['gossip xyzzyx', 'possible: detect, events, history, join'],
    ['--home', '--home needs a value'],
    ['--quiet', 'no command was given'],
  ])('%s: %s', async (line, text) => {
    expect(await opsbro(line)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(text) });
  });

  test('options stand anywhere', async () => {
    await using agent = await fakeAgent({ 'GET /kv/a': { key: 'a', value: 'Yg==', version: 'v' } });
    for (const line of [
      `--home ${agent.home} kv get a`,
      `kv --home=${agent.home} get a`,
      `kv-store get a --socket ${agent.socket}`,
      `kv get --home ${agent.home} -- a`,
    ]) {
      expect(await opsbro(line), line).toEqual({ code: 0, out: 'a::b\n', err: '' });
    }
  });

  test('a missing or superfluous argument is named', async () => {
    expect(await opsbro('kv get')).toMatchObject({
      code: 2,
      err: expect.stringContaining("missing required argument 'KEY'"),
    });
    expect(await opsbro('kv get a b')).toMatchObject({ code: 2, err: expect.stringContaining('too many arguments') });
    await using agent = await fakeAgent({ 'GET /kv/': [] });
    expect(await opsbro(['kv', 'get', ''], agent)).toEqual({ code: 2, out: '', err: 'error: the key is empty\n' });
    expect(agent.asked()).toEqual([]);
  });
});

describe('errors', () => {
  test.each([
    [503, 'initializing', 1],
    [401, 'unauthorized', 2],
    [404, 'not_found', 2],
    [409, 'cas_failed', 3],
    [424, 'missing', 3],
    [500, 'internal', 70],
    [503, 'something_new', 1],
    [418, 'something_new', 2],
  ])('%i %s of the agent ends with %i', async (status, code, exit) => {
    await using agent = await fakeAgent({ 'GET /collectors': refused(status, code, 'it is so') });
    expect(await opsbro('collectors list', agent)).toEqual({ code: exit, out: '', err: `error: it is so (${code})\n` });
  });

  test('--json gives the error to programs', async () => {
    await using agent = await fakeAgent({ 'GET /collectors': refused(404, 'not_found', 'nope', { a: 1 }) });
    const { code, out } = await opsbro('collectors list --json', agent);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ error: { code: 'not_found', message: 'nope', details: { a: 1 } } });
    expect(JSON.parse((await opsbro('kv list --json')).out)).toMatchObject({ error: { code: 'unreachable' } });
  });

  test('an answer that is no JSON of ours is no crash', async () => {
    await using agent = await fakeAgent({ 'GET /collectors': new Answered(502, 'Bad Gateway') });
    expect(await opsbro('collectors list', agent)).toMatchObject({
      code: 1,
      err: expect.stringContaining('status 502'),
    });
  });

  test('a wrong address is named', async () => {
    expect(await opsbro('kv list --http ftp://x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('http://127.0.0.1:6770'),
    });
  });

  test('only --debug shows where an error comes from', async () => {
    expect((await opsbro('kv get a')).err).not.toMatch(/\n\s+at /);
    expect((await opsbro('kv get a --debug')).err).toMatch(/\n\s+at /);
  });
});

describe('an agent that is just starting', () => {
  test('is waited for, unless --no-wait asks at once', async () => {
    await using agent = await fakeAgent({ 'GET /agent/state': 'initializing', 'GET /collectors': [] });
    expect(await opsbro('collectors list --no-wait', agent)).toMatchObject({ code: 0 });
    const { code, err } = await opsbro('agent wait-initialized --timeout 0', agent);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'the agent is not initialized after 0 seconds (currently initializing)\n',
    });
  });

  test('that is initialized is told at once', async () => {
    await using agent = await fakeAgent({});
    expect(await opsbro('agent wait-initialized', agent)).toEqual({ code: 0, out: 'ok\n', err: '' });
    expect(await opsbro('agent wait-initialized --timeout 0')).toMatchObject({ code: 2, out: 'stopped\n' });
  });
});
