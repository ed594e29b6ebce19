import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { COMPLETION_SCRIPTS } from '../../src/cli/completion-scripts.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';
import { testWith } from '../support/services.ts';

const completing = { EXEC_COMPLETION: '1' } as const;
const complete = async (words: readonly string[], home?: string) =>
  (await opsbro(words, { env: completing, ...(home !== undefined && { home }) })).out.trim().split(' ');

const MEMBERS = {
  a: { name: 'web-1', display_name: 'front', groups: ['linux', 'web'] },
  b: { name: 'db-1', display_name: '', groups: ['linux'] },
};

test.each([
  [['agent', 'inf'], ['info']],
  [['gossip', 'zone', 'k'], ['key']],
  [
    ['gossip', 'zone', 'key', ''],
    ['generate', 'import'],
  ],
  [['kv-st'], ['kv-store']],
  [['kv-store', 'ge'], ['get']],
  [['agent', 'info', '--show'], ['--show-logs']],
  [['--js'], ['--json']],
  [['agent', 'print', 'u'], ['uuid']],
  [
    ['completion', ''],
    ['bash', 'fish', 'zsh'],
  ],
  [['nonsense', 'a'], ['']],
  [
    ['check', 'result', 'linux/cpu', ''],
    ['critical', 'ok', 'unknown', 'warning'],
  ],
  [['history', 'con'], ['config']],
  [
    ['--color', 'a'],
    ['always', 'auto'],
  ],
  [['agent', 'info', '--color=ne'], ['--color=never']],
  // As Bash parts words at =.
  [['agent', 'info', '--color', '=', 'ne'], ['never']],
  [
    ['agent', 'info', '--color', '='],
    ['always', 'auto', 'never'],
  ],
])('%j is completed by %j', async (words, expected) => {
  expect(await complete(words)).toEqual(expected);
});

describe('values come from the agent', () => {
  test.each([
    [
      ['gossip', 'why', ''],
      ['db-1', 'front', 'web-1'],
    ],
    [['gossip', 'members', '--group', 'l'], ['linux']],
    [
      ['gossip', 'members', '--zone', ''],
      ['internet', 'lan'],
    ],
    [
      ['agent', 'log', 'follow', 'g'],
      ['gossip', 'graphite'],
    ],
    [
      ['kv', 'get', 'app/'],
      ['app/a', 'app/b'],
    ],
    [
      ['kv', 'put', '--ttl', '1h', 'app/'],
      ['app/a', 'app/b'],
    ],
    [['gossip', 'members', '--zone=la'], ['--zone=lan']],
    [['gossip', 'why', 'web-1', ''], ['']],
    [['gossip', 'rtt', 'web-1', 'd'], ['db-1']],
    [['dashboards', 'show', ''], ['linux']],
    [
      ['check', 'show', 'linux/'],
      ['linux/cpu', 'linux/disks'],
    ],
  ])('%j is completed by %j', async (words, expected) => {
    await using agent = await fakeAgent({
      'GET /agent/members': MEMBERS,
      'GET /agent/zones': { internet: {}, lan: {} },
      'GET /log/parts/': ['dns', 'gossip', 'graphite'],
      'GET /kv/': () => ['app/a', 'app/b'],
      'GET /dashboards': [{ name: 'linux' }],
      'GET /monitoring/checks': [{ name: 'linux/disks' }, { name: 'linux/cpu' }],
    });
    expect(await complete(words, agent.home)).toEqual(expected);
  });

  test('without an agent there are none, and nothing is said', async () => {
    const { code, out, err } = await opsbro('gossip why w', { env: completing });
    expect({ code, out: out.trim(), err }).toEqual({ code: 0, out: '', err: '' });
  });

  test('an agent that does not answer is not waited for', async () => {
    await using agent = await fakeAgent({ 'GET /agent/members': () => new Promise(() => {}) });
    agent.server.unref();
    expect(await complete(['gossip', 'why', 'w'], agent.home)).toEqual(['']);
    agent.server.closeAllConnections();
  });
});

/** What a shell is told of the last of these words, in lines. */
const told = async (words: readonly string[], home?: string) =>
  (await opsbro(words, { env: { EXEC_COMPLETION: 'lines' }, ...(home !== undefined && { home }) })).out;

test.each([
  [['kv', 'import', ''], ':files'],
  [['config', 'validate', 'a.yml', 'b'], ':files'],
  [['kv', 'export', '--output', 'k'], ':files'],
  [['kv', 'export', '-o', 'k'], ':files'],
  [['agent', 'debug', '--out=k'], ':files'],
  [['--token-file', ''], ':files'],
  [['-c', ''], ':files'],
  [['--home', ''], ':folders'],
  [['health', 'test', ''], ':folders'],
])('the shell itself completes %j with its %s', async (words, expected) => {
  expect(await told(words)).toBe(`${expected}\n`);
  expect(await complete(words)).toEqual(['']);
});

describe('names of series', () => {
  const names = Array.from({ length: 600 }, (_, each) => `vm.disk${each % 3}.read${each}`).concat(
    'vm.load',
    'vm.load.x',
  );
  /** As an agent that keeps series of these names answers to who types this. */
  const keeping = (kept: readonly string[], typed: string) => ({
    [`GET /list/${typed}`]: (target: string) => {
      const { searchParams } = new URL(target, 'http://agent');
      const after = searchParams.get('after') ?? '';
      const fitting = kept.filter((name) => name.startsWith(typed) && name > after);
      return fitting.sort().slice(0, Number(searchParams.get('limit')));
    },
  });

  test.each([
    [['metrics', 'show', 'vm.lo'], 'vm.load\nvm.load.x\n'],
    [['metrics', 'list', 'vm.'], 'vm.disk0.\nvm.disk1.\nvm.disk2.\nvm.load\nvm.load.\n'],
    [['metrics', 'send', 'v'], 'vm.\n'],
    [['metrics', 'show', ''], 'vm.\n'],
    [['metrics', 'show', 'other'], '\n'],
  ])('%j is completed, of very many only up to the next dot', async (words, expected) => {
    await using agent = await fakeAgent(keeping(names, words.at(-1) ?? ''));
    expect(await told(words, agent.home)).toBe(expected);
  });

  test('of very many are given up where the agent takes long for each answer', async () => {
    const places = Array.from({ length: 600 }, (_, each) => `vm.disk${each % 90}.read${each}`);
    const answers = Object.entries(keeping(places, 'vm.')).map(([route, answer]) => {
      const slow = async (target: string) => {
        await setTimeout(20);
        return answer(target);
      };
      return [route, slow];
    });
    await using agent = await fakeAgent(Object.fromEntries(answers));
    expect(await told(['metrics', 'show', 'vm.'], agent.home)).toBe('\n');
    expect(agent.asked().length).toBeLessThan(90);
  });

  test('that are too many in one place are not completed to what is not meant', async () => {
    await using agent = await fakeAgent(
      keeping(
        Array.from({ length: 600 }, (_, each) => `vm${each}`),
        'vm',
      ),
    );
    expect(await told(['metrics', 'show', 'vm'], agent.home)).toBe('\n');
  });
});

test('a shell that has no script is refused with those that have one', async () => {
  const { code, err } = await opsbro('completion tcsh');
  expect(code).toBe(2);
  expect(err).toContain('possible: bash, zsh, fish');
});

/** An `opsbro` on the path that answers with the words it was asked to complete. */
async function inShell(run: (folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'opsbro-completion-'));
  try {
    const echo = '#!/bin/sh\n[ "$EXEC_COMPLETION" = lines ] && printf \'%s\\n\' "asked:$#:$*" "my info"\n';
    await writeFile(join(folder, 'opsbro'), echo, { mode: 0o755 });
    for (const [shell, script] of COMPLETION_SCRIPTS) await writeFile(join(folder, shell), script);
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const run = promisify(execFile);
const envOf = (folder: string) => ({ ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` });

test('bash asks for the words up to the cursor and takes each line as one candidate', async () => {
  await inShell(async (folder) => {
    const line = `. ${folder}/bash; COMP_WORDS=(opsbro agent inf); COMP_CWORD=2; COMP_WORDBREAKS=' '; _opsbro; printf '<%s>' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['-c', line], { env: envOf(folder) });
    expect(stdout).toBe(String.raw`<asked:2:agent\ inf><my\ info>`);
  });
});

testWith('zsh', 'zsh asks for the words up to the cursor and takes each line as one candidate', async () => {
  await inShell(async (folder) => {
    const line = `compdef() { :; }; compadd() { print -r -- "\${(@P)2}"; }; words=(opsbro agent inf); CURRENT=3; . ${folder}/zsh; _opsbro`;
    const { stdout } = await run('zsh', ['-fc', line], { env: envOf(folder) });
    expect(stdout.trim()).toBe('asked:2:agent inf my info');
  });
});

testWith('zsh', 'zsh takes an empty answer for no candidate, and words without their quotes', async () => {
  await inShell(async (folder) => {
    await writeFile(join(folder, 'silent'), '#!/bin/sh\necho\n', { mode: 0o755 });
    const ask = (words: string, current: number) =>
      `words=(${words}); CURRENT=${current}; compadd() { print -r -- "\${#\${(@P)2}}:\${(@P)2}"; }; _opsbro; `;
    const line = `compdef() { :; }; . ${folder}/zsh; ${ask('silent agent inf', 3)} ${ask(`opsbro 'my\\ words'`, 2)}`;
    const { stdout } = await run('zsh', ['-fc', line], { env: envOf(folder) });
    expect(stdout.trim().split('\n')).toEqual(['0:', '2:asked:1:my words my info']);
  });
});

testWith('fish', 'fish asks for the words up to the cursor and takes each line as one candidate', async () => {
  await inShell(async (folder) => {
    const { stdout } = await run('fish', ['-c', `source ${folder}/fish; complete -C 'opsbro agent inf'`], {
      env: envOf(folder),
    });
    expect(stdout).toContain('asked:2:agent inf\nmy info');
  });
});

/** Files and folders to be completed, and an `opsbro` that says which are wanted and otherwise prints what it was given. */
async function inFolder(kind: string, run: (folder: string) => Promise<void>) {
  await inShell(async (folder) => {
    const script = `#!/bin/sh\n[ -n "$EXEC_COMPLETION" ] && { echo ${kind}; exit; }\nprintf 'given:'; printf '<%s>' "$@"; echo\n`;
    await writeFile(join(folder, 'opsbro'), script, { mode: 0o755 });
    await writeFile(join(folder, 'some keys.jsonl'), '');
    await mkdir(join(folder, 'somewhere'));
    await run(folder);
  });
}

/** What Bash runs when these keys are typed. */
async function typedInBash(folder: string, keys: string): Promise<string> {
  const child = run('bash', ['--norc', '--noprofile', '-i'], { env: envOf(folder), cwd: folder });
  child.child.stdin?.end(`. ./bash\n${keys}\nexit\n`);
  return /^given:.*$/m.exec((await child).stdout)?.[0] ?? '';
}

test.each([
  [':files', 'opsbro kv import some\\ \t', 'given:<kv><import><some keys.jsonl>'],
  [':files', 'opsbro kv export --output=some\\ \t', 'given:<kv><export><--output=some keys.jsonl>'],
  [':folders', 'opsbro --home some\t', 'given:<--home><somewhere/>'],
  ['vm.', 'opsbro metrics show v\tload', 'given:<metrics><show><vm.load>'],
])('bash completes %s of %j', async (kind, keys, expected) => {
  await inFolder(kind, async (folder) => expect(await typedInBash(folder, keys)).toBe(expected));
});

testWith('fish', 'fish completes files and folders, also behind an equals sign', async () => {
  const offered = async (kind: string, line: string) => {
    let found = '';
    await inFolder(kind, async (folder) => {
      const asked = `source ./fish; complete -C '${line}'`;
      found = (await run('fish', ['--no-config', '-c', asked], { env: envOf(folder), cwd: folder })).stdout;
    });
    return found
      .trim()
      .split('\n')
      .map((each) => each.split('\t')[0]);
  };
  expect(await offered(':files', 'opsbro kv import some')).toEqual(['some keys.jsonl', 'somewhere/']);
  expect(await offered(':files', 'opsbro kv export --output=some')).toEqual([
    '--output=some keys.jsonl',
    '--output=somewhere/',
  ]);
  expect(await offered(':folders', 'opsbro --home some')).toEqual(['somewhere/']);
});

testWith('zsh', 'zsh completes files and folders with its own functions, behind an equals sign as well', async () => {
  await inFolder(':files', async (folder) => {
    const stubs = 'compdef() { :; }; compset() { print -r -- "compset $*"; }; _files() { print -r -- "files $*"; }';
    const line = `${stubs}; words=(opsbro kv export --output=some); CURRENT=4; . ${folder}/zsh; _opsbro`;
    const { stdout } = await run('zsh', ['-fc', line], { env: envOf(folder) });
    expect(stdout).toBe('compset -P --*=\nfiles \n');
  });
});

testWith('zsh', 'zsh puts no blank behind what ends with a dot', async () => {
  await inFolder('vm.', async (folder) => {
    const line = `compdef() { :; }; compadd() { print -r -- "$* \${(P)@[-1]}"; }; words=(opsbro v); CURRENT=2; . ${folder}/zsh; _opsbro`;
    const { stdout } = await run('zsh', ['-fc', line], { env: envOf(folder) });
    expect(stdout.split('\n')[0]).toBe('-S  -a open vm.');
  });
});
