import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { RunningAgent } from '../support/agent.ts';
import { type Segment, testOnSegment } from '../support/namespaces.ts';
import { program } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const LIMIT_MS = 90_000;
const PORT = '6768';
const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64');
const ZONES = 'zone: {name: internet, sub-zones: [lan]}\n---\nzone: {name: lan}\n';

interface Wish {
  readonly bind?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Below `etc`. */
  readonly files?: Readonly<Record<string, string>>;
}

interface Found {
  readonly name: string;
  readonly zone: string;
  readonly addr: string;
  readonly groups: readonly string[];
}

/** Agents on machines of one segment: the first is at 10.77.0.1 and fd77::1. */
class Neighbours implements AsyncDisposable {
  readonly #segment: Segment;
  readonly #folder = tempDirectory();
  readonly #open = new Disposal();
  #plugged = 0;

  constructor(segment: Segment) {
    this.#segment = segment;
  }

  plug(name: string) {
    this.#plugged += 1;
    return this.#segment.plug(name, [`10.77.0.${this.#plugged}/24`, `fd77::${this.#plugged}/64`]);
  }

  start(name: string, { bind, env = {}, flags = [], files = {} }: Wish): Promise<RunningAgent> {
    const home = join(this.#folder.path, name);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(home, 'etc', path, '..'), { recursive: true });
      writeFileSync(join(home, 'etc', path), text, { mode: 0o600 });
    }
    const { launcher } = this.plug(name);
    const own = { OPSBRO_NAME: name, OPSBRO_PORT: PORT, ...(bind !== undefined && { OPSBRO_BIND: bind }) };
    return this.#open.use(new RunningAgent(home, { ...own, ...env }, { launcher, flags })).ready();
  }

  use<T extends AsyncDisposable>(thing: T): T {
    return this.#open.use(thing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

const OPEN = { OPSBRO_INSECURE: 'true' };

/** Whom an agent finds within a second, as `NAME ADDRESS`. */
async function found(by: RunningAgent): Promise<string[]> {
  const { stdout } = await by.opsbro('gossip', 'detect', '--timeout', '1', '--json');
  return (JSON.parse(stdout) as readonly Found[]).map(({ name, addr }) => `${name} ${addr}`);
}

const addressesOf = async (by: RunningAgent): Promise<string[]> =>
  (await found(by)).map((line) => line.split(' ')[1] ?? '');

testOnSegment(
  'nodes of one segment find each other, join who is found, and look for each other by themselves',
  async (segment) => {
    await using net = new Neighbours(segment);
    const [a, b, c, deaf] = await Promise.all([
      net.start('a', { bind: '10.77.0.1', env: { ...OPEN, OPSBRO_GROUPS: 'blue' } }),
      net.start('b', { bind: '0.0.0.0', env: OPEN }),
      net.start('c', { bind: '::', env: { ...OPEN, OPSBRO_PROXY_NODE: 'true' } }),
      net.start('deaf', {}),
    ]);
    expect(await found(a)).toEqual(['b 10.77.0.2', 'c 10.77.0.3']);
    expect(await found(b)).toEqual(['a 10.77.0.1', 'c 10.77.0.3']);
    expect(await found(c)).toEqual(['a 10.77.0.1', 'b 10.77.0.2']);
    const { stdout } = await b.opsbro('gossip', 'detect', '--timeout', '1', '--bind', 'eth0');
    expect(stdout).toMatch(/^a +internet +10\.77\.0\.1:6768 +no +(\S+,)?blue,/m);

    // Who listens at loopback only can neither ask nor be asked.
    expect(await deaf.opsbro('gossip', 'detect', '--timeout', '1')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/cannot detect \(broadcast UDP\) other nodes: gossip listens at 127\.0\.0\.1 only/),
    });

    expect(await b.opsbro('gossip', 'detect', '--auto-join', '--timeout', '1')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('A proxy node is detected, using it: c (10.77.0.3:6768)\njoined 1 of 1\n'),
    });
    const d = await net.start('d', { bind: '0.0.0.0', env: OPEN, flags: ['--auto-detect'] });
    const joined = await d.opsbro('gossip', 'wait-members', '--name', 'b', '--appear', '--timeout', '20');
    expect(joined).toMatchObject({ code: 0, stdout: 'b is alive\n' });
    expect(d.printed).toContain('found on the local network and joined');
    expect((await c.opsbro('gossip', 'history', '--node', 'd')).stdout).toContain('new');
  },
  LIMIT_MS,
);

testOnSegment(
  'nodes find each other over IPv6, whatever address each listens at',
  async (segment) => {
    await using net = new Neighbours(segment);
    const binds = ['fd77::1', 'fd77::2', '::'];
    const agents = await Promise.all(binds.map((bind, place) => net.start(`v${place}`, { bind, env: OPEN })));
    for (const [place, agent] of agents.entries()) {
      const others = ['fd77::1', 'fd77::2', 'fd77::3'].filter((_, each) => each !== place);
      expect(await addressesOf(agent)).toEqual(others);
    }
  },
  LIMIT_MS,
);

testOnSegment(
  'with keys only those find and join each other who have them; a proxy also answers the zones below',
  async (segment) => {
    await using net = new Neighbours(segment);
    const keyed = (zone: string, key: string) => ({ [`zone_keys/${zone}.gossip.key`]: `${key}\n` });
    const internet = { 'zones/all.yml': ZONES, ...keyed('internet', KEY), ...keyed('lan', OTHER_KEY) };
    const [proxy, plain, stranger, other, child] = await Promise.all([
      net.start('proxy', { files: internet, env: { OPSBRO_PROXY_NODE: 'true' } }),
      net.start('plain', { files: internet }),
      net.start('stranger', { bind: '0.0.0.0', env: OPEN }),
      net.start('other', { files: keyed('internet', OTHER_KEY) }),
      net.start('child', {
        files: { 'zones/all.yml': ZONES, ...keyed('lan', OTHER_KEY) },
        env: { OPSBRO_NODE_ZONE: 'lan' },
      }),
    ]);
    expect(await found(proxy)).toEqual(['plain 10.77.0.2']);
    expect(await found(child)).toEqual(['proxy 10.77.0.1']);
    expect(await child.opsbro('gossip', 'detect', '--timeout', '1', '--auto-join')).toMatchObject({
      code: 1,
      stderr: 'error: none of these nodes is in the zone of this one, so it can join none\n',
    });
    for (const lonely of [stranger, other]) {
      expect(await lonely.opsbro('gossip', 'detect', '--timeout', '1')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'cannot detect (broadcast UDP) other nodes\n',
      });
      const join = await lonely.opsbro('gossip', 'join', '10.77.0.2');
      expect(join).toMatchObject({ code: 1, stderr: expect.stringContaining('encrypt') });
    }
    expect((await plain.opsbro('gossip', 'members')).stdout).not.toMatch(/stranger|other/);

    const serf = program('serf');
    if (serf === undefined) return;
    const [command = '', ...words] = net.plug('serf').launcher;
    const argv = [...words, serf, 'agent', '-node=serf', `-bind=0.0.0.0:${PORT}`, `-encrypt=${KEY}`];
    const process = spawn(command, argv, { stdio: 'ignore' });
    net.use({
      async [Symbol.asyncDispose]() {
        const ended = once(process, 'exit');
        process.kill('SIGKILL');
        await ended;
      },
    });
    await expect.poll(() => found(plain), { timeout: 15_000 }).toEqual([' 10.77.0.6', 'proxy 10.77.0.1']);
  },
  LIMIT_MS,
);
