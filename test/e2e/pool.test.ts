import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';

const pool = agents();
let a: RunningAgent;
let b: RunningAgent;
beforeAll(async () => {
  [a, b] = [pool.start('pool-a'), pool.start('pool-b')];
  await Promise.all([a.ready(), b.ready()]);
}, 40_000);
afterAll(() => pool[Symbol.asyncDispose]());

test('who waits and who watches hears at once of a node that joins, and it is remembered', async () => {
  const waiting = a.opsbro('gossip', 'wait-members', '--name', 'pool-b', '--appear', '--timeout', '20');
  const watching = a.opsbro('gossip', 'watch', '--count', '1');
  // Whether both hear of it or find it there already, it has to end well.
  expect((await b.opsbro('gossip', 'join', `127.0.0.1:${a.ports.gossip}`)).code).toBe(0);
  expect(await waiting).toMatchObject({ code: 0, stdout: 'pool-b is alive\n' });
  expect(await watching).toMatchObject({ code: 0, stdout: expect.stringMatching(/ > pool-[ab] {2}√ alive/) });
  const { stdout } = await a.opsbro('gossip', 'history', '--node', 'pool-b');
  expect(stdout).toContain('pool-b  new  √ alive');
}, 40_000);

test('an agent that stops does not leave readers waiting', async () => {
  const socketPath = join(b.home, 'data', 'opsbro.sock');
  const read = async (path: string) => {
    const asking = request({ socketPath, path, headers: { host: 'localhost' } }).end();
    const [answer] = await once(asking, 'response');
    answer.resume();
    return answer;
  };
  const { headers } = await read('/agent/events');
  const waiting = read(`/agent/events?index=${headers['x-opsbro-index']}&wait=1m`);
  // Its request is there before that of the command, which needs a process to start first.
  const stopped = b.opsbro('agent', 'stop');
  expect((await waiting).statusCode).toBe(503);
  expect((await stopped).code).toBe(0);
}, 40_000);
