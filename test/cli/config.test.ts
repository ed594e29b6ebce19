import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPlugins } from '../../src/agent/plugins.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

// To load all of them takes longer than a test may on a busy machine.
await loadPlugins();

const setting = (value: unknown, origin = 'default') => ({ value, origin, comments: [] });

describe('config show', () => {
  const answers = {
    'GET /agent/parameters': {
      display_name: setting('front', '/etc/opsbro/agent.yml:2'),
      'http.bind': setting(['127.0.0.1']),
      'http.port': setting(6770),
      slack_token: setting('******'),
    },
  };

  test('is the configuration as it could be written', async () => {
    await using agent = await fakeAgent(answers);
    const { code, out } = await opsbro('config show', agent);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'display_name: "front"\nhttp:\n  bind: ["127.0.0.1"]\n  port: 6770\nslack_token: "******"\n',
    });
    expect(JSON.parse((await opsbro('config show http --json', agent)).out)).toEqual({
      http: { bind: ['127.0.0.1'], port: 6770 },
    });
  });

  test('tells where each comes from', async () => {
    await using agent = await fakeAgent(answers);
    expect((await opsbro('config show display-name --origin', agent)).out).toBe(
      'display_name: "front"  # /etc/opsbro/agent.yml:2\n',
    );
    expect(JSON.parse((await opsbro('config show http.port --origin --json', agent)).out)).toEqual({
      http: { port: { value: 6770, origin: 'default' } },
    });
  });

  test('of a key that is none says what is close', async () => {
    await using agent = await fakeAgent(answers);
    expect(await opsbro('config show htpt', agent)).toMatchObject({
      code: 2,
      out: '',
      err: 'error: there is no setting "htpt"; did you mean "http"?\n',
    });
  });
});

describe('config schema', () => {
  test('prints what editors want, for programs in one line', async () => {
    const { code, out } = await opsbro('config schema');
    expect({ code, title: JSON.parse(out).title }).toEqual({ code: 0, title: expect.stringContaining('agent') });
    const check = await opsbro('config schema check --json');
    expect(check.out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(check.out)).toMatchObject({ title: 'opsbro check' });
  });

  test.each(['chekc', '../package', 'x'])('knows no kind "%s"', async (kind) => {
    expect(await opsbro(`config schema ${kind}`)).toMatchObject({ code: 2, out: '' });
    expect(await opsbro(`config sample ${kind}`)).toMatchObject({ code: 2, out: '' });
  });
});

describe('config sample', () => {
  test('of the agent is the one that is shipped', async () => {
    const { out } = await opsbro('config sample');
    expect(out).toBe(readFileSync(new URL('../../etc/agent.yml', import.meta.url), 'utf8'));
  });

  test.each(['check', 'detector', 'handler', 'service', 'zone', 'package'])(
    'of a %s explains its fields',
    async (kind) => {
      const { code, out } = await opsbro(`config sample ${kind}`);
      expect(code).toBe(0);
      expect(out).toMatch(kind === 'package' ? /^#name:/m : new RegExp(`^${kind}:$`, 'm'));
      const lines = out.trimEnd().split('\n');
      expect(lines.filter((line) => !/^ *#|^$/.test(line))).toEqual(kind === 'package' ? [] : [`${kind}:`]);
      expect(out).not.toMatch(/#\w+-\w+:/);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(130);
    },
  );
});

describe('config validate', () => {
  test('finds no error in what is shipped', async () => {
    using folder = tempDirectory();
    const { code, out } = await opsbro('config validate', { home: folder.path });
    expect(code).toBe(0);
    expect(out).toMatch(/\d+ files, \d+ objects, 0 errors, \d+ warnings\n$/);
  });

  test('names file, line and what was meant, for people and for editors', async () => {
    using folder = tempDirectory();
    const file = join(folder.path, 'etc/agent.yml');
    mkdirSync(join(folder.path, 'etc'));
    writeFileSync(file, 'display_name: a\ngroupps: [a]\n');
    const { code, out } = await opsbro('config validate', { home: folder.path });
    expect(code).toBe(2);
    expect(out).toContain(`${file}:2:1: error: groupps: `);
    expect(out).toContain('did you mean "groups"?');
    const json = JSON.parse((await opsbro(`config validate ${file} --json`, { home: folder.path })).out);
    expect(json).toMatchObject({ errors: 1, problems: [{ level: 'error', file, line: 2, column: 1 }] });
  });

  test('tells of a tab, and --fix replaces it', async () => {
    using folder = tempDirectory();
    const file = join(folder.path, 'a.yml');
    writeFileSync(file, 'http:\n\tport: 1\n');
    const found = await opsbro(`config validate ${file}`, { home: folder.path });
    expect(found).toMatchObject({
      code: 2,
      out: expect.stringMatching(/a\.yml:2:1: .*tab used for indentation.*spaces/),
    });
    expect(await opsbro(`config validate ${file} --fix`, { home: folder.path })).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toBe('http:\n    port: 1\n');
  });
});
