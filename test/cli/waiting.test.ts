import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/catalog.ts';
import { memberJson } from '../../src/http/records.ts';
import { Answered, fakeAgent, opsbro, refused } from '../support/cli.ts';
import { check, member } from '../support/nodes.ts';

const numbered = (index: number, body: unknown) =>
  new Answered(200, body, { 'x-opsbro-index': String(index), 'x-opsbro-boot': `b${index}` });
const pool = (state: 'alive' | 'dead', groups: string[]) => ({
  a: memberJson(member('a', { name: 'a', state, groups })),
});
const entry = {
  key: 'k',
  version: 'v',
  created: '',
  modified: '',
  expires: null,
  value: Buffer.from('v').toString('base64'),
};
const checks = (state: string) => ({
  checks: { 'linux/cpu': { ...check('linux/cpu'), name: 'linux/cpu', state } },
  services: {},
});
const NO_KEY = refused(404, 'not_found', 'no key is named "k"');
const changes = (index: string) => ({ index, changes: [{ key: 'k' }], partial: false });

/** By command: what is asked for, and the answers before and after the agent started again. */
const WAITS: Readonly<Record<string, readonly [line: string, route: string, before: unknown, after: unknown]>> = {
  'collectors wait-ok': [
    'cpu',
    'GET /collectors/cpu',
    { name: 'cpu', state: 'error', active: false, log: '' },
    { name: 'cpu', state: 'ok', active: true, log: '' },
  ],
  'detectors wait-group': ['web', 'GET /agent/members/self', pool('alive', []).a, pool('alive', ['web']).a],
  'evaluator wait-eval-true': ['1', 'POST /agent/evaluator/eval', 0, 1],
  'gossip events wait': ['deploy', 'GET /agent/event/deploy', null, { id: 'e1', type: 'deploy' }],
  'gossip wait-members': ['--name a', 'GET /agent/members', pool('dead', []), pool('alive', [])],
  'kv wait-exists': ['k', 'GET /kv/k', NO_KEY, entry],
  'kv wait-value': ['k v', 'GET /kv/k', NO_KEY, entry],
  'monitoring wait-ok': ['linux/cpu', 'GET /monitoring/state', checks('critical'), checks('ok')],
};

/** An agent that starts again: between the two answers it is gone for a moment. */
async function restarting(route: string, before: unknown, after: unknown) {
  const stopping = refused(503, 'stopping', 'the agent stops');
  const answers = [before, stopping, refused(503, 'initializing', 'the agent has just started'), after];
  let index = 0;
  return await fakeAgent({
    [route]: () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      index += 1;
      return answer instanceof Answered ? answer : numbered(index, answer);
    },
    'GET /kv-changes': () => changes(String(index)),
  });
}

describe('commands that wait', () => {
  test('are all tried here', () => {
    const waiting = [...COMMANDS.keys()].filter((path) => / wait-|^gossip events wait$/.test(path));
    expect(waiting.filter((path) => path !== 'agent wait-initialized').sort()).toEqual(Object.keys(WAITS).sort());
  });

  test.each(Object.entries(WAITS))(
    'opsbro %s outlives an agent that starts again',
    async (path, [rest, route, before, after]) => {
      await using agent = await restarting(route, before, after);
      expect(await opsbro(`${path} ${rest} --timeout 10s`, agent)).toMatchObject({ code: 0 });
    },
  );

  test('agent wait-initialized waits for news instead of asking all the time', async () => {
    const states = ['initializing', 'initializing', 'ok'];
    await using agent = await fakeAgent({
      'GET /agent/state': () => states.shift(),
      'GET /agent/health': () => numbered(7, {}),
    });
    expect(await opsbro('agent wait-initialized', agent)).toMatchObject({ code: 0, out: 'ok\n' });
    expect(agent.asked()).toEqual([
      expect.stringMatching(/^GET \/agent\/health\?wait=25000ms$/),
      expect.stringMatching(/^GET \/agent\/health\?index=7&boot=b7&wait=25000ms$/),
    ]);
  });
});

const BIN = fileURLToPath(new URL('../../bin/opsbro', import.meta.url));

test('who interrupts a wait ends it, as every program ends', async () => {
  await using agent = await fakeAgent({ 'GET /agent/members': () => new Promise(() => {}) });
  const asked = once(agent.server, 'request');
  const waiting = spawn(BIN, ['gossip', 'wait-members', '--name', 'a'], {
    env: { ...process.env, OPSBRO_HOME: agent.home },
  });
  await asked;
  waiting.kill('SIGINT');
  const [code, signal] = await once(waiting, 'exit');
  // A shell says 130 for it.
  expect(code ?? signal).toBe('SIGINT');
});
