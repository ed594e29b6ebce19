import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunningAgent } from './agent.ts';
import { tempDirectory } from './temp.ts';

const keyOf = (zone: string) => `${Buffer.alloc(32, zone).toString('base64')}\n`;

/** How a node is started; without groups it is in those that a node has by itself. */
interface Start {
  readonly isProxy?: boolean;
  readonly seed?: RunningAgent;
  readonly groups?: readonly string[];
}

/** Agents in zones, each below the one before, on addresses of their own. */
export class ZonedAgents implements AsyncDisposable {
  readonly #folder = tempDirectory();
  readonly #running: RunningAgent[] = [];
  readonly #addresses = new Map<RunningAgent, string>();
  readonly #names: string[] = [];
  readonly #zones: readonly string[];
  readonly #network: number;
  readonly #isKeyed: boolean;
  #peerPort = '0';

  constructor(zones: readonly string[], { network, isKeyed }: { network: number; isKeyed: boolean }) {
    this.#zones = zones;
    this.#network = network;
    this.#isKeyed = isKeyed;
  }

  /** Starts a node of a zone, which holds the keys of the zones below as well. */
  async start(name: string, zone: string, options: Start = {}): Promise<Zoned> {
    const { isProxy = false, seed, groups } = options;
    const home = join(this.#folder.path, name);
    mkdirSync(join(home, 'etc/zones'), { recursive: true });
    mkdirSync(join(home, 'etc/zone_keys'), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, 'etc/zones/all.yml'), this.#tree);
    const held = this.#isKeyed ? this.#zones.slice(this.#zones.indexOf(zone)) : [];
    for (const each of held) {
      writeFileSync(join(home, 'etc/zone_keys', `${each}.gossip.key`), keyOf(each), { mode: 0o600 });
    }
    const address = this.#addressOf(name);
    const seeds = seed ? `seeds: ["${this.#addresses.get(seed) ?? ''}:${seed.ports.gossip}"]\n` : '';
    const ownGroups = groups ? `groups: [${groups.join(', ')}]\n` : '';
    writeFileSync(join(home, 'etc/agent.yml'), `node-zone: ${zone}\nproxy-node: ${isProxy}\n${seeds}${ownGroups}`);
    const env = { OPSBRO_NAME: name, OPSBRO_BIND: address, OPSBRO_PEER_PORT: this.#peerPort };
    const agent = new RunningAgent(home, env);
    this.#running.push(agent);
    await agent.ready();
    this.#peerPort = String(agent.ports.peer);
    this.#addresses.set(agent, address);
    return { agent, zone, address };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map((agent) => agent[Symbol.asyncDispose]()));
    this.#folder[Symbol.dispose]();
  }

  /** The same at each start. */
  #addressOf(name: string): string {
    if (!this.#names.includes(name)) this.#names.push(name);
    return `127.0.${this.#network}.${this.#names.indexOf(name) + 1}`;
  }

  get #tree(): string {
    const documents = this.#zones.map((zone, place) => {
      const below = this.#zones[place + 1];
      return `zone: {name: ${zone}, sub-zones: [${below ?? ''}]}\n`;
    });
    return documents.join('---\n');
  }
}

/** An agent of a zone. */
export interface Zoned {
  readonly agent: RunningAgent;
  readonly zone: string;
  readonly address: string;
}

interface MemberJson {
  readonly name: string;
  readonly state: string;
  readonly zone: string;
  readonly groups: readonly string[];
  readonly reachable: boolean;
}

/** Everybody whom an agent lists. */
export async function membersAt({ agent }: Zoned): Promise<MemberJson[]> {
  const answer = await fetch(`http://127.0.0.1:${agent.ports.http}/agent/members`);
  return Object.values((await answer.json()) as Record<string, MemberJson>);
}

/** The names of those it lists as alive, sorted. */
export async function living(at: Zoned): Promise<string> {
  const members = (await membersAt(at)).filter(({ state }) => state === 'alive');
  return members
    .map(({ name }) => name)
    .sort()
    .join(' ');
}
