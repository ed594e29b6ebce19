import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { RunningAgent } from './agent.ts';
import { tempDirectory } from './temp.ts';

/** Where agents are, and how they are started. */
interface Place {
  /** The address of each by its name, and words before those of the program. */
  where(name: string): { readonly address: string; readonly launcher?: readonly string[] };
  readonly gossipPort: number;
  readonly peerPort: number;
  readonly env?: Readonly<Record<string, string>>;
  /** With a key nobody else is heard. */
  readonly isKeyed: boolean;
}

/** What a node answered. */
export interface Answered {
  readonly status: number;
  readonly body: Buffer;
}

interface WhereJson {
  readonly replicas: readonly { readonly name: string; readonly version: string | null }[];
}

interface StatusJson {
  readonly ring: {
    readonly phase: string;
    readonly settled: boolean;
    readonly members: readonly { readonly name: string }[];
  } | null;
}

/** Agents of one pool, most of which keep keys. */
export class KvAgents implements AsyncDisposable {
  readonly #folder = tempDirectory();
  readonly #place: Place;
  readonly #running = new Map<string, RunningAgent>();
  readonly #names: readonly string[];

  /** The first of the names is the one that the others look for. */
  constructor(names: readonly string[], place: Place) {
    this.#names = names;
    this.#place = place;
  }

  get(name: string): RunningAgent {
    const agent = this.#running.get(name);
    if (agent === undefined) throw new Error(`${name} was not started`);
    return agent;
  }

  /** Starts an agent, again where it was before; in the group `kv` unless told otherwise. */
  async start(name: string, groups: readonly string[] = ['kv']): Promise<RunningAgent> {
    const { where, gossipPort, peerPort, env, isKeyed } = this.#place;
    const home = join(this.#folder.path, name);
    const seeds = this.#names.map((each) => `"${where(each).address}:${gossipPort}"`);
    mkdirSync(join(home, 'etc/zone_keys'), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, 'etc/agent.yml'), `groups: [${groups.join(', ')}]\nseeds: [${seeds.join(', ')}]\n`);
    if (isKeyed) writeFileSync(join(home, 'etc/zone_keys/internet.gossip.key'), KEY, { mode: 0o600 });
    const { address, launcher } = where(name);
    const agent = new RunningAgent(
      home,
      {
        OPSBRO_NAME: name,
        OPSBRO_BIND: address,
        OPSBRO_PORT: `${gossipPort}`,
        OPSBRO_PEER_PORT: `${peerPort}`,
        ...env,
      },
      launcher === undefined ? {} : { launcher },
    );
    this.#running.set(name, agent);
    // Several agents that start together may take longer than one.
    return await agent.ready().catch(() => agent.ready());
  }

  /** As a power cut. */
  async kill(name: string): Promise<void> {
    this.get(name).kill('SIGKILL');
    await this.get(name).ended();
  }

  /** The disk of an agent that is down is lost, as far as keys are on it. */
  wipe(name: string): void {
    rmSync(join(this.get(name).home, 'data/kv'), { recursive: true, force: true });
  }

  /** Asks the API of an agent, through its unix socket. */
  ask(name: string, method: string, path: string, body?: string): Promise<Answered> {
    const socketPath = join(this.get(name).home, 'data/opsbro.sock');
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, method, path, agent: false, timeout: 15_000 }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces) }));
        answer.on('error', reject);
      });
      asked.on('timeout', () => asked.destroy(new Error(`${name} did not answer`)));
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** The status of a put; 0: nobody answered. */
  async put(name: string, key: string, value: string): Promise<number> {
    return await this.ask(name, 'PUT', `/kv/${key}`, value).then(
      ({ status }) => status,
      () => 0,
    );
  }

  /** The value of a key, or the status of the failure. */
  async value(name: string, key: string): Promise<string | number> {
    const { status, body } = await this.ask(name, 'GET', `/kv/${key}?raw`);
    return status === 200 ? body.toString() : status;
  }

  /** Which nodes hold which version of a key, by their names. */
  async copies(name: string, key: string): Promise<ReadonlyMap<string, string | null>> {
    const { body } = await this.ask(name, 'GET', `/kv/${key}?where`);
    const { replicas } = JSON.parse(body.toString()) as WhereJson;
    return new Map(replicas.map((replica) => [replica.name, replica.version] as const));
  }

  /** Resolves when these nodes know each other as the ring, and each of them has everything that belongs to it. */
  async settled(names: readonly string[], timeout = 30_000): Promise<void> {
    const wanted = [...names].sort();
    const isSettled = async (name: string) => expect(await this.#ringAt(name)).toEqual(wanted);
    for (const name of names) await vi.waitFor(() => isSettled(name), { timeout, interval: 200 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map((agent) => agent[Symbol.asyncDispose]()));
    this.#folder[Symbol.dispose]();
  }

  async #ringAt(name: string): Promise<readonly string[]> {
    const { body } = await this.ask(name, 'GET', '/kv-status');
    const { ring } = JSON.parse(body.toString()) as StatusJson;
    if (ring === null || !ring.settled || ring.phase !== 'running') return [];
    return ring.members.map((member) => member.name).sort();
  }
}

const KEY = `${Buffer.alloc(32, 'kv').toString('base64')}\n`;
