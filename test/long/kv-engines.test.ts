import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { RunningAgent } from '../support/agent.ts';
import { startEtcd } from '../support/servers/etcd.ts';
import { program } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

// The same requests and commands at an agent whose keys are on its own disk, and at one whose keys are in a real etcd.

const etcd = program('etcd');
if (etcd === undefined && process.env['OPSBRO_REQUIRE_SERVICES'] === '1') throw new Error('etcd is not installed');
const ENGINES = ['level', ...(etcd === undefined ? [] : ['etcd'])];

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** What it says as JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** An agent with an engine, and the requests it is asked. */
class Asked {
  readonly agent: RunningAgent;

  constructor(agent: RunningAgent) {
    this.agent = agent;
  }

  /** Asks through the socket of the agent. */
  ask(method: string, path: string, body?: string | Uint8Array, headers = {}): Promise<Answer> {
    const socketPath = join(this.agent.home, 'data/opsbro.sock');
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, method, path, headers, agent: false }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => {
          const all = Buffer.concat(pieces);
          const isJson = answer.headers['content-type']?.includes('json') ?? false;
          resolve({ status: answer.statusCode ?? 0, body: all, json: isJson ? JSON.parse(all.toString()) : {} });
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

const opened = new Disposal();
const agents = new Map<string, Asked>();

function askedOf(engine: string): Asked {
  const asked = agents.get(engine);
  if (!asked) throw new Error(`there is no agent with ${engine}`);
  return asked;
}

beforeAll(async () => {
  for (const engine of ENGINES) {
    const folder = tempDirectory();
    opened.defer(() => folder[Symbol.dispose]());
    const server = engine === 'etcd' && etcd ? opened.use(await startEtcd(etcd)) : undefined;
    const home = join(folder.path, 'a');
    mkdirSync(join(home, 'etc'), { recursive: true });
    const endpoints = server ? { etcd: { endpoints: [`http://127.0.0.1:${server.port}`] } } : {};
    writeFileSync(join(home, 'etc/agent.yml'), JSON.stringify({ groups: ['kv'], kv: { engine, ...endpoints } }));
    agents.set(engine, new Asked(opened.use(await new RunningAgent(home, {}).ready())));
  }
}, 60_000);
afterAll(() => opened[Symbol.asyncDispose]());

/** A test at an agent of each engine. */
function each(title: string, body: (asked: Asked, engine: string) => Promise<void>): void {
  test.each(ENGINES)(`%s: ${title}`, async (engine) => await body(askedOf(engine), engine), 60_000);
}

each('an agent that was just started takes keys after a while', async (asked) => {
  const probe = async () => (await asked.ask('PUT', '/kv/probe?cas=0', 'x')).status;
  await expect.poll(probe, { timeout: 30_000 }).not.toBe(503);
  expect((await asked.ask('DELETE', '/kv/probe')).status).toBe(200);
});

each('what is put is read, listed and deleted', async (asked, engine) => {
  const ask: Asked['ask'] = (...words) => asked.ask(...words);
  const put = await ask('PUT', '/kv/a', 'one');
  expect(put).toMatchObject({ status: 200 });
  if (engine === 'level') expect(put.json).toMatchObject({ replicas: { acked: 1, total: 1 } });
  expect(await ask('GET', '/kv/a')).toMatchObject({ status: 200, json: { value: 'b25l' } });
  expect((await ask('GET', '/kv/a?raw')).body.toString()).toBe('one');
  expect((await ask('GET', '/kv/')).json).toEqual(['a']);
  expect(await ask('GET', '/kv/nope')).toMatchObject({ status: 404, json: { error: { code: 'not_found' } } });
  expect(await ask('DELETE', '/kv/nope')).toMatchObject({ status: 200, json: { existed: false } });
});

each('keys are any text of a thousand and twenty-four bytes, values any bytes of a mebibyte', async (asked) => {
  const ask: Asked['ask'] = (...words) => asked.ask(...words);
  expect((await ask('PUT', '/kv/x//y/', '1')).status).toBe(200);
  expect((await ask('GET', '/kv/?prefix=x//')).json).toEqual(['x//y/']);
  expect(await ask('PUT', '/kv/%00', '1')).toMatchObject({ status: 400, json: { error: { code: 'bad_key' } } });
  expect((await ask('PUT', '/kv/a%2', '1')).status).toBe(400);
  expect((await ask('PUT', `/kv/${'k'.repeat(1_024)}`, '1')).status).toBe(200);
  expect((await ask('PUT', `/kv/${'k'.repeat(1_025)}`, '1')).status).toBe(400);
  expect((await ask('PUT', '/kv/large', new Uint8Array(1_048_576))).status).toBe(200);
  const larger = await ask('PUT', '/kv/larger', new Uint8Array(1_048_577));
  expect(larger).toMatchObject({ status: 413, json: { error: { limit: 1_048_576 } } });
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  await ask('PUT', '/kv/every', every);
  expect(new Uint8Array((await ask('GET', '/kv/every?raw')).body)).toEqual(every);
  await ask('PUT', '/kv/nothing', '');
  expect((await ask('GET', '/kv/nothing')).json).toMatchObject({ value: '' });
});

each('a condition holds', async (asked) => {
  const ask: Asked['ask'] = (...words) => asked.ask(...words);
  expect((await ask('PUT', '/kv/once?cas=0', '1')).status).toBe(200);
  const version = (await ask('GET', '/kv/once')).json['version'];
  const again = await ask('PUT', '/kv/once?cas=0', '2');
  expect(again).toMatchObject({ status: 409, json: { error: { current: version } } });
  expect((await ask('PUT', `/kv/once?cas=${version}`, '3')).status).toBe(200);
  expect((await ask('PUT', `/kv/once?cas=${version}`, '4')).status).toBe(409);
  expect((await ask('PUT', '/kv/once', '5', { 'if-none-match': '*' })).status).toBe(409);
});

each('a key has its time, which is told once and taken away by the next put', async (asked) => {
  const ask: Asked['ask'] = (...words) => asked.ask(...words);
  const { index } = (await ask('GET', '/kv-changes')).json;
  expect((await ask('PUT', '/kv/short?ttl=2', '1')).status).toBe(200);
  await ask('PUT', '/kv/longer?ttl=2', '1');
  await ask('PUT', '/kv/longer', '2');
  expect((await ask('GET', '/kv/short')).status).toBe(200);
  await expect.poll(async () => (await ask('GET', '/kv/short')).status, { timeout: 10_000 }).toBe(404);
  const expired = async () => {
    const { changes } = (await ask('GET', `/kv-changes?index=${index}`)).json;
    return (changes as { op: string; key: string }[]).filter(({ op }) => op === 'expire').map(({ key }) => key);
  };
  await expect.poll(expired, { timeout: 10_000 }).toEqual(['short']);
  expect((await ask('GET', '/kv/longer')).status).toBe(200);
  for (const ttl of ['0', '-1', 'x'])
    expect(await ask('PUT', `/kv/bad?ttl=${ttl}`, '1')).toMatchObject({
      ...{ status: 400, json: { error: { code: 'bad_ttl' } } },
    });
});

each('the keys of the agent are its own, and strangers need a token', async (asked) => {
  const ask: Asked['ask'] = (...words) => asked.ask(...words);
  expect(await ask('PUT', '/kv/__health/x', '1')).toMatchObject({
    ...{ status: 403, json: { error: { code: 'reserved_key' } } },
  });
  const stranger = await fetch(`http://127.0.0.1:${asked.agent.ports.http}/kv/a`, { method: 'PUT', body: 'two' });
  expect(stranger.status).toBe(401);
  await stranger.body?.cancel();
});

each('changes are told in their order', async (asked) => {
  const ask: Asked['ask'] = (...words) => asked.ask(...words);
  const { index } = (await ask('GET', '/kv-changes')).json;
  await ask('PUT', '/kv/told', '1');
  await ask('DELETE', '/kv/told');
  const two = async () => (await ask('GET', `/kv-changes?index=${index}`)).json['changes'];
  await expect.poll(two).toMatchObject([
    { op: 'put', key: 'told' },
    { op: 'delete', key: 'told' },
  ]);
  const none = await ask('GET', `/kv-changes?index=${index}&prefix=zzz&wait=1s`);
  expect(none).toMatchObject({ status: 200, json: { changes: [] } });
  expect((await ask('GET', '/kv-changes?index=999999999999999')).status).toBe(410);
});

each('the command line does the same', async (asked) => {
  const ask: Asked['ask'] = (...words) => asked.ask(...words);
  expect(await asked.agent.opsbro('kv-store', 'get', 'missing')).toMatchObject({ code: 2 });
  expect(await asked.agent.opsbro('kv-store', 'put', 'k', 'v')).toMatchObject({ code: 0 });
  expect(await asked.agent.opsbro('kv-store', 'get', 'k')).toMatchObject({ code: 0, stdout: 'k::v\n' });
  const waiting = asked.agent.opsbro('kv-store', 'wait-exists', 'k2', '--timeout', '20');
  await ask('PUT', '/kv/k2', '1');
  expect(await waiting).toMatchObject({ code: 0 });
});
