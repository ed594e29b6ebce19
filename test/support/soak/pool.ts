import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Disposal } from '../../../src/base/disposal.ts';
import { RunningAgent } from '../agent.ts';
import { tempDirectory } from '../temp.ts';
import { cpuOf, fdsOf, foldersOf, memoryOf, type Sample } from './samples.ts';

/** Bytes at which a log file is set aside: soon, so that it happens. */
export const LOG_BYTES = 16_384;
/** Bytes of each kind of history, likewise. */
export const HISTORY_BYTES = 65_536;

const ENV = {
  OPSBRO_BIND: '127.0.0.1',
  OPSBRO_LOG_STDOUT: 'false',
  OPSBRO_LOG_MAX_SIZE: `${LOG_BYTES}`,
  OPSBRO_HISTORY_MAX_SIZE: `${HISTORY_BYTES}`,
  OPSBRO_STATSD__PORT: '0',
  OPSBRO_GRAPHITE__ENABLED: 'true',
  OPSBRO_GRAPHITE__PORT: '0',
  OPSBRO_GRAPHITE__PICKLE: 'true',
  OPSBRO_GRAPHITE__PICKLE_PORT: '0',
  OPSBRO_MOB__ENABLED: 'true',
  OPSBRO_MOB__PORT: '0',
};

/** A check that is bad every other minute, so that alerts begin and end, and a handler that tells of them. */
const FILES = {
  'agent.yml': 'groups: [kv, dns-listener, statsd-listener, websocket]\n',
  'swings.yml': `check:
  interval: 10s
  script: 'sh -c "echo swings; exit $(( $(date +%s) / 60 % 2 * 2 ))"'
`,
  'teller.yml': 'handler: {type: script, command: [/bin/true]}\n',
};

const SOON = { timeout: 60_000, interval: 500 };

interface MemberJson {
  readonly name: string;
  readonly state: string;
}

type Door = 'http' | 'dns' | 'statsd' | 'graphite';

/** Agents with every door open, each in a home of its own, which know each other. */
export class SoakPool implements AsyncDisposable {
  readonly names: readonly string[];
  readonly #closing = new Disposal();
  readonly #folder = this.#closing.use(tempDirectory()).path;
  readonly #running = new Map<string, RunningAgent>();
  /** Those that should answer now. */
  readonly #up = new Set<string>();

  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** Starts them all; resolves when they are one pool. */
  async start(): Promise<void> {
    for (const name of this.names) {
      const folder = join(this.home(name), 'etc');
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of Object.entries(FILES)) writeFileSync(join(folder, file), text);
      await this.#start(name);
    }
    const [first = '', ...others] = this.names;
    for (const name of others) {
      await this.agent(name).opsbro('gossip', 'join', `127.0.0.1:${this.agent(first).ports.gossip}`);
    }
    await this.whole();
  }

  home(name: string): string {
    return join(this.#folder, name);
  }

  agent(name: string): RunningAgent {
    const agent = this.#running.get(name);
    if (agent === undefined) throw new Error(`${name} was not started`);
    return agent;
  }

  isUp(name: string): boolean {
    return this.#up.has(name);
  }

  port(name: string, door: Door): number {
    return (this.agent(name).ports as Readonly<Record<string, number>>)[door] ?? 0;
  }

  /** As a power cut; the others see it, and it comes back. Resolves when the pool is whole again. */
  async killed(name: string): Promise<void> {
    this.#up.delete(name);
    this.agent(name).kill('SIGKILL');
    await this.agent(name).ended();
    for (const other of this.names) {
      if (other !== name) await expect.poll(() => this.#states(other), SOON).toMatchObject({ [name]: 'dead' });
    }
    await this.#start(name);
    await this.whole();
  }

  /** Resolves when everybody knows everybody to be alive. */
  async whole(): Promise<void> {
    const all = Object.fromEntries(this.names.map((name) => [name, 'alive']));
    for (const name of this.names) {
      await expect.poll(() => this.#states(name), { ...SOON, message: `the pool as ${name} sees it` }).toEqual(all);
    }
  }

  /** Asks the API of an agent through its unix socket; fails with what it says if it does not do it. */
  async ask(name: string, method: string, path: string, body?: string): Promise<string> {
    const socketPath = join(this.home(name), 'data/opsbro.sock');
    const how = { agent: false, timeout: 15_000, headers: { 'content-type': 'application/json' } };
    return await new Promise((resolve, reject) => {
      const asked = request({ ...how, socketPath, method, path }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path} at ${name}: ${answer.statusCode} ${text}`));
        });
        answer.on('error', reject);
      });
      asked.on('timeout', () => asked.destroy(new Error(`${name} did not answer ${path}`)));
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** What an agent takes now, so many milliseconds after the beginning. */
  async sample(name: string, at: number): Promise<Sample> {
    const { pid } = this.agent(name);
    const metrics = await this.ask(name, 'GET', '/metrics');
    const number = (family: string) => Number(new RegExp(`^${family} (\\S+)$`, 'm').exec(metrics)?.[1]);
    return {
      agent: name,
      at,
      memory: memoryOf(pid),
      fds: fdsOf(pid),
      handles: number('opsbro_agent_handles'),
      cpu: cpuOf(pid),
      points: number('opsbro_store_points_total'),
      folders: foldersOf(this.home(name)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing[Symbol.asyncDispose]();
  }

  async #start(name: string): Promise<void> {
    const agent = this.#closing.use(new RunningAgent(this.home(name), { ...ENV, OPSBRO_NAME: name }));
    this.#running.set(name, agent);
    await agent.ready();
    this.#up.add(name);
  }

  async #states(by: string): Promise<Record<string, string>> {
    const members = JSON.parse(await this.ask(by, 'GET', '/agent/members')) as Record<string, MemberJson>;
    return Object.fromEntries(Object.values(members).map(({ name, state }) => [name, state]));
  }
}
