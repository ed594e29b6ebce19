import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { hasOpenstack, type Keystone, startKeystone } from '../../test/support/servers/openstack.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { Workplace } from '../workplace.ts';

const ROUNDS = 15;
const root = fileURLToPath(new URL('../../', import.meta.url));

interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly body?: string;
}

interface Answered {
  readonly ms: number;
  readonly token: string;
}

/** Asks over a connection of its own, and gives the milliseconds until the answer was there. */
async function ask(url: string, { method = 'GET', token, body }: Ask): Promise<Answered> {
  const start = performance.now();
  const headers = { 'content-type': 'application/json', ...(token && { 'x-auth-token': token }) };
  const sent = request(url, { method, headers, agent: false });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  answer.resume();
  await once(answer, 'end');
  if (answer.statusCode >= 300) throw new Error(`${method} ${url} answers ${answer.statusCode}`);
  return { ms: performance.now() - start, token: String(answer.headers['x-subject-token'] ?? '') };
}

const LOGIN = JSON.stringify({
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', domain: { name: 'Default' }, password: 'adminpass' } },
    },
    scope: { project: { name: 'admin', domain: { name: 'Default' } } },
  },
});

/** What a keystone itself takes for the calls of a probe: those with a token, and the login before them. */
async function serverTime(base: string): Promise<{ readonly calls: number; readonly login: number }> {
  const { ms: login, token } = await ask(`${base}/auth/tokens`, { method: 'POST', body: LOGIN });
  let calls = 0;
  for (const path of ['/services', '/projects', '/users']) calls += (await ask(base + path, { token })).ms;
  return { calls, login };
}

/** Milliseconds that a program takes from its start to its end. */
async function timeOf(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const start = performance.now();
  const [code] = await once(spawn(program, [...words], { stdio: 'ignore', env }), 'exit');
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}`);
  return performance.now() - start;
}

const push = (into: Map<string, number[]>, name: string, ms: number) => into.set(name, [...(into.get(name) ?? []), ms]);

async function measure(keystone: Keystone, home: string): Promise<Row[]> {
  const openrc = keystone.openrc('admin', 'adminpass', 'admin');
  const base = `http://127.0.0.1:${keystone.port}/v3`;
  const env = { ...process.env, OPSBRO_HOME: home };
  const words = ['maas', 'keystone_api_local_check', '127.0.0.1', '--port', String(keystone.port), '--openrc', openrc];
  const bin = `${root}bin/opsbro`;
  const times = new Map<string, number[]>();
  await timeOf(bin, words, env);
  // In turns, so that whatever else the machine does hits all of them alike.
  for (let round = 0; round < ROUNDS; round++) {
    push(times, 'node -e 0', await timeOf('node', ['-e', '0']));
    const server = await serverTime(base);
    push(times, 'server: three lists', server.calls);
    push(times, 'probe with a kept token', await timeOf(bin, words, env));
    push(times, 'beyond the server, kept token', (times.get('probe with a kept token')?.at(-1) ?? 0) - server.calls);
    push(times, 'server: login and three lists', server.calls + server.login);
    push(times, 'probe that logs in', await timeOf(bin, [...words, '--no-token-cache'], env));
    const whole = times.get('probe that logs in')?.at(-1) ?? 0;
    push(times, 'beyond the server, login', whole - server.calls - server.login);
  }
  return [...times].map(([name, taken]) => ({ case: name, value: median(taken), unit: 'ms' }));
}

const bench: BenchCase = {
  name: 'maas: a healthy keystone, from start to end',
  async run() {
    if (!hasOpenstack('keystone')) throw new Error('keystone is not installed; run: npm run setup:services');
    execFileSync('node', ['scripts/ensure-built.mjs'], { cwd: root });
    await using place = await Workplace.make('maas');
    await using keystone = await startKeystone();
    return await measure(keystone, place.folder);
  },
};

export default bench;
