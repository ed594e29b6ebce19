import { describe, expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';

const node = (name: string, keys: readonly string[], over: object = {}) => ({
  name,
  ok: true,
  message: '',
  primary: keys[0] ?? '',
  keys,
  ...over,
});
const [A, B] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];
const both = (...keys: readonly string[]) => ({ nodes: [node('n1', keys), node('n2', keys)], silent: [] });

describe('keyring', () => {
  test('list shows who has which, and who failed', async () => {
    const failed = node('n2', [], { ok: false, message: 'no keyring' });
    await using agent = await fakeAgent({
      'GET /agent/keyring': { nodes: [node('n1', [A, B]), failed], silent: ['n3'] },
    });
    const { code, out } = await opsbro('gossip keyring list', agent);
    expect(code).toBe(2);
    expect(out.split('\n')).toEqual([
      'NODE  PRIMARY           KEYS                               MESSAGE',
      `n1    ${A}  ${A},${B}`,
      'n2    -                 -                                  failed: no keyring',
      'n3    -                 -                                  no answer',
      '',
    ]);
  });

  test('a change shows what each did, as nobody names keys then', async () => {
    const failed = node('n2', [], { ok: false, message: 'no keyring' });
    await using agent = await fakeAgent({
      'POST /agent/keyring': { nodes: [node('n1', []), failed], silent: ['n3'] },
    });
    const { code, out } = await opsbro('gossip keyring install k --yes', agent);
    expect(code).toBe(2);
    expect(out.split('\n')).toEqual(['NODE  MESSAGE', 'n1    done', 'n2    failed: no keyring', 'n3    no answer', '']);
  });

  test.each(['install', 'use', 'remove'])('%s changes nothing before that is agreed to', async (op) => {
    await using agent = await fakeAgent({ 'GET /agent/keyring': both(A), 'POST /agent/keyring': both(A) });
    expect((await opsbro(`gossip keyring ${op} k`, agent)).code).toBe(1);
    expect(agent.asked()).toEqual([]);
    expect((await opsbro(`gossip keyring ${op} k --dry-run`, agent)).code).toBe(0);
    expect((await opsbro(`gossip keyring ${op} k --yes`, agent)).code).toBe(0);
    expect(agent.asked()).toEqual(['GET /agent/keyring', `POST /agent/keyring {"op":"${op}","key":"k"}`]);
  });
});

describe('keyring rotate', () => {
  test('installs a new key, uses it and removes the old one', async () => {
    await using agent = await fakeAgent({ 'GET /agent/keyring': both(A), 'POST /agent/keyring': both(A) });
    expect((await opsbro('gossip keyring rotate', agent)).code).toBe(1);
    expect((await opsbro('gossip keyring rotate --dry-run', agent)).code).toBe(0);
    expect((await opsbro('gossip keyring rotate --yes', agent)).code).toBe(0);
    const posts = agent.asked().flatMap((line) => (line.startsWith('POST') ? [JSON.parse(line.slice(20))] : []));
    expect(posts).toEqual([
      { op: 'install', key: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) },
      { op: 'use', key: expect.stringMatching(/^[0-9a-f]{16}$/) },
      { op: 'remove', key: A },
    ]);
  });

  test('stops at the first failure and says how to go on', async () => {
    const broken = { nodes: [node('n1', [A])], silent: ['n2'] };
    await using agent = await fakeAgent({ 'GET /agent/keyring': both(A), 'POST /agent/keyring': broken });
    expect(await opsbro('gossip keyring rotate --yes', agent)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/the rotation stops: n2: no answer; go on later with: .* rotate --to [0-9a-f]{16}/),
    });
    expect(agent.asked()).toHaveLength(2);
  });

  test('goes on with what is left to do', async () => {
    await using installed = await fakeAgent({ 'GET /agent/keyring': both(A, B), 'POST /agent/keyring': both(B, A) });
    expect(await opsbro('gossip keyring rotate --yes', installed)).toMatchObject({
      code: 2,
      err: expect.stringContaining('end the earlier rotation with --to'),
    });
    expect((await opsbro(`gossip keyring rotate --to ${B} --yes`, installed)).code).toBe(0);
    await using used = await fakeAgent({ 'GET /agent/keyring': both(B, A), 'POST /agent/keyring': both(B) });
    expect((await opsbro(`gossip keyring rotate --to ${B} --yes`, used)).code).toBe(0);
    const posts = (asked: readonly string[]) =>
      asked.filter((line) => line.startsWith('POST')).map((line) => line.slice(20));
    expect(posts(installed.asked())).toEqual([`{"op":"use","key":"${B}"}`, `{"op":"remove","key":"${A}"}`]);
    expect(posts(used.asked())).toEqual([`{"op":"remove","key":"${A}"}`]);
    expect((await opsbro(`gossip keyring rotate --to 0123456789abcdef --yes`, used)).code).toBe(2);
  });
});
