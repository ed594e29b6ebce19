import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Disposal } from '../../src/base/disposal.ts';
import { RunningAgent } from '../support/agent.ts';
import { type Machine, testOnSegment } from '../support/namespaces.ts';
import { program, testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const NAME = 'redis.group.internet.opsbro';
const MEBIBYTE = 1_024 * 1_024;
const LIMIT = 200;
const SECONDS = 4;

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** An agent in the group `redis`. */
async function startAgent(env: Readonly<Record<string, string>>, launcher: readonly string[] = []) {
  const folder = tempDirectory();
  opened.defer(() => folder[Symbol.dispose]());
  const home = join(folder.path, 'a');
  mkdirSync(join(home, 'etc'), { recursive: true });
  writeFileSync(join(home, 'etc/agent.yml'), 'groups: [dns-listener, redis]\n');
  const agent = opened.use(new RunningAgent(home, { OPSBRO_NAME: 'a', ...env }, { launcher }));
  await agent.ready();
  await agent.opsbro('agent', 'wait-initialized');
  return { agent, folder: folder.path };
}

/** Runs a program to its end, on a machine of the test if there is one, and gives what it printed. */
async function run(words: readonly string[], machine?: Machine): Promise<string> {
  const [command = '', ...others] = [...(machine?.launcher ?? []), ...words];
  const child = spawn(command, others, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return printed;
}

const figure = (printed: string, pattern: RegExp): number => Number(pattern.exec(printed)?.[1] ?? Number.NaN);

/** What dnsperf saw: queries sent, answered and lost, and of those answered the seconds that each took. */
async function load(path: string, words: readonly string[], machine?: Machine) {
  const printed = await run([path, '-v', '-t', '1', ...words], machine);
  const times = [...printed.matchAll(/^> \S+ \S+ \S+ (\d+\.\d+)/gm)].map(([, time]) => Number(time));
  return {
    sent: figure(printed, /Queries sent:\s+(\d+)/),
    answered: figure(printed, /Queries completed:\s+(\d+)/),
    lost: figure(printed, /Queries lost:\s+(\d+)/),
    times: times.sort((one, other) => one - other),
  };
}

/** The samples of an agent's own page, by name with labels. Over its unix socket, which is there in every network. */
async function samples({ home }: RunningAgent): Promise<ReadonlyMap<string, number>> {
  const [response] = (await once(
    request({ socketPath: join(home, 'data/opsbro.sock'), path: '/metrics' }).end(),
    'response',
  )) as [IncomingMessage];
  const lines = (await text(response)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const resident = (pid: number): number =>
  figure(readFileSync(`/proc/${pid}/status`, 'utf8'), /^VmRSS:\s+(\d+) kB$/m) * 1_024;

testWith('dnsperf', '100,000 names that nobody has leave little memory behind, and no slow answers', async (path) => {
  const { agent, folder } = await startAgent({ OPSBRO_BIND: '127.0.53.1' });
  const [random, known] = [join(folder, 'random'), join(folder, 'known')];
  const names = Array.from({ length: 100_000 }, (_, at) => `x${(at * 2_654_435_761) % 2 ** 32}-${at}.node.opsbro A\n`);
  writeFileSync(random, names.join(''));
  writeFileSync(known, `${NAME} A\n`);
  const common = ['-s', '127.0.0.1', '-p', String(agent.ports.dns)];
  expect((await load(path, [...common, '-d', known, '-Q', '500', '-l', '2'])).lost).toBe(0);
  const before = resident(agent.pid);
  const flood = await load(path, [...common, '-d', random, '-n', '1', '-Q', '10000']);
  expect([flood.sent, flood.lost]).toEqual([100_000, 0]);
  expect((resident(agent.pid) - before) / MEBIBYTE).toBeLessThan(20);
  const p99 = async () => {
    const { times, lost } = await load(path, [...common, '-d', known, '-Q', '500', '-l', '2']);
    expect([times.length > 900, lost]).toEqual([true, 0]);
    return times[Math.floor(times.length * 0.99)];
  };
  // What else the machine does may take a processor for longer than that.
  await expect.poll(p99, { timeout: 60_000 }).toBeLessThan(0.005);
});

testOnSegment(
  'one who asks too much from beyond the machine gets his share, and who asks on it does not notice',
  async (segment) => {
    const [dnsperf = '', dig = ''] = [program('dnsperf'), program('dig')];
    const here = segment.plug('here', ['10.78.0.1/24']);
    const there = segment.plug('there', ['10.78.0.2/24']);
    const address = { OPSBRO_BIND: '10.78.0.1', OPSBRO_DNS__BIND: '127.0.0.1,10.78.0.1' };
    const { agent, folder } = await startAgent({ ...address, OPSBRO_DNS__RECURSORS: '10.78.0.9' }, here.launcher);
    const { dns_open_to: open } = (await agent.json('agent', 'info')) as { dns_open_to: readonly string[] };
    expect(open).toContain('10.0.0.0/8');
    const file = join(folder, 'queries');
    writeFileSync(file, `${NAME} A\n`);
    const port = String(agent.ports.dns);
    const at = (server: string, rate: string) => [
      '-s',
      server,
      '-p',
      port,
      '-d',
      file,
      '-Q',
      rate,
      '-l',
      String(SECONDS),
    ];
    const counted = async (name: string) => (await samples(agent)).get(name) ?? 0;

    const began = systemClock.now();
    const [far, near] = await Promise.all([
      load(dnsperf, [...at('10.78.0.1', '5000'), '-q', '10000'], there),
      load(dnsperf, at('127.0.0.1', '500'), here),
    ]);
    const seconds = (systemClock.now() - began) / 1_000;
    expect([near.sent > 1_900, near.lost]).toEqual([true, 0]);

    const empty = await counted('opsbro_dns_limited_total{sent="empty"}');
    const nothing = await counted('opsbro_dns_limited_total{sent="nothing"}');
    const whole = far.answered - empty;
    expect(far.sent).toBeGreaterThan(LIMIT * SECONDS * 5);
    expect(whole).toBeGreaterThanOrEqual(LIMIT * SECONDS);
    // What was saved up for two seconds comes on top.
    expect(whole).toBeLessThanOrEqual(LIMIT * (seconds + 2));
    expect(whole + empty + nothing).toBe(far.sent);
    expect(Math.abs(empty - nothing)).toBeLessThanOrEqual(1);

    const ask = (...words: string[]) => run([dig, '-p', port, '@10.78.0.1', '+tries=1', '+time=2', ...words], there);
    expect(await ask(NAME)).toMatch(/status: NOERROR[\s\S]*COOKIE: \w+ \(good\)[\s\S]*ANSWER SECTION/);
    expect(await ask('www.example.com', '+tcp')).toContain('status: REFUSED');
  },
  60_000,
);
