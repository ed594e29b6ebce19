import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const folder = tempDirectory();
const running: RunningAgent[] = [];
afterAll(async () => {
  await Promise.all(running.map((agent) => agent[Symbol.asyncDispose]()));
  folder[Symbol.dispose]();
});

const keyOf = (zone: string) => `${Buffer.alloc(32, zone).toString('base64')}\n`;

/** The zones of a test, from the top down, on addresses of their own. */
class Zones {
  readonly #name: string;
  readonly #zones: readonly string[];
  readonly #network: number;
  readonly #isKeyed: boolean;
  #peerPort = '0';
  #last = 0;

  constructor(name: string, zones: readonly string[], { network, isKeyed }: { network: number; isKeyed: boolean }) {
    this.#name = name;
    this.#zones = zones;
    this.#network = network;
    this.#isKeyed = isKeyed;
  }

  /** Starts a node of a zone, which holds the keys of the zones below as well. */
  async start(name: string, zone: string, options: { isProxy?: boolean; seed?: RunningAgent } = {}): Promise<Running> {
    const { isProxy = false, seed } = options;
    const home = join(folder.path, this.#name, name);
    mkdirSync(join(home, 'etc/zones'), { recursive: true });
    mkdirSync(join(home, 'etc/zone_keys'), { mode: 0o700 });
    writeFileSync(join(home, 'etc/zones/all.yml'), this.#tree);
    const held = this.#isKeyed ? this.#zones.slice(this.#zones.indexOf(zone)) : [];
    for (const each of held) {
      writeFileSync(join(home, 'etc/zone_keys', `${each}.gossip.key`), keyOf(each), { mode: 0o600 });
    }
    this.#last += 1;
    const address = `127.0.${this.#network}.${this.#last}`;
    const seeds = seed ? `seeds: ["${this.#addresses.get(seed) ?? ''}:${seed.ports.gossip}"]\n` : '';
    writeFileSync(join(home, 'etc/agent.yml'), `node-zone: ${zone}\nproxy-node: ${isProxy}\n${seeds}`);
    const env = { OPSBRO_NAME: name, OPSBRO_BIND: address, OPSBRO_PEER_PORT: this.#peerPort };
    const agent = new RunningAgent(home, env);
    running.push(agent);
    await agent.ready();
    this.#peerPort = String(agent.ports.peer);
    this.#addresses.set(agent, address);
    return { agent, zone };
  }

  readonly #addresses = new Map<RunningAgent, string>();

  get #tree(): string {
    const documents = this.#zones.map((zone, place) => {
      const below = this.#zones[place + 1];
      return `zone: {name: ${zone}, sub-zones: [${below ?? ''}]}\n`;
    });
    return documents.join('---\n');
  }
}

interface Running {
  readonly agent: RunningAgent;
  readonly zone: string;
}

interface MemberJson {
  readonly name: string;
  readonly state: string;
  readonly zone: string;
  readonly groups: readonly string[];
}

async function membersAt({ agent }: Running): Promise<MemberJson[]> {
  const answer = await fetch(`http://127.0.0.1:${agent.ports.http}/agent/members`);
  return Object.values((await answer.json()) as Record<string, MemberJson>);
}

async function living(at: Running): Promise<string> {
  const members = (await membersAt(at)).filter(({ state }) => state === 'alive');
  return members
    .map(({ name }) => name)
    .sort()
    .join(' ');
}

async function eventsAt({ agent }: Running): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${agent.ports.http}/agent/events`);
  const events = (await answer.json()) as { readonly type: string }[];
  return events
    .map(({ type }) => type)
    .sort()
    .join(' ');
}

const sees = (at: Running, names: string) => expect.poll(() => living(at), { timeout: 20_000 }).toBe(names);

test('nodes see their zone, the zones below, and the proxies right above', async () => {
  const zones = new Zones('duo3', ['internet', 'lan'], { network: 31, isKeyed: false });
  const n1 = await zones.start('n1', 'internet', { isProxy: true });
  const [n2, n3] = await Promise.all([
    zones.start('n2', 'internet', { seed: n1.agent }),
    zones.start('n3', 'lan', { isProxy: true, seed: n1.agent }),
  ]);
  const n4 = await zones.start('n4', 'lan', { seed: n3.agent });
  await Promise.all([sees(n1, 'n1 n2 n3 n4'), sees(n2, 'n1 n2 n3 n4'), sees(n3, 'n1 n3 n4'), sees(n4, 'n1 n3 n4')]);
  for (const member of await membersAt(n1)) expect(member.groups).toContain(`zone::${member.zone}`);
}, 60_000);

test.each([
  ['in the clear', 32, false],
  ['with a key for each zone', 33, true],
])(
  'three zones below one another %s: members are seen from above, and events go up',
  async (_, network, isKeyed) => {
    const zones = new Zones(`duo${network}`, ['lan', 'internet', 'customer-1'], { network, isKeyed });
    const n1 = await zones.start('n1', 'lan', { isProxy: true });
    const [n2, n3] = await Promise.all([
      zones.start('n2', 'lan', { seed: n1.agent }),
      zones.start('n3', 'internet', { isProxy: true, seed: n1.agent }),
    ]);
    const n4 = await zones.start('n4', 'customer-1', { isProxy: true, seed: n3.agent });
    const all = [n1, n2, n3, n4];
    await Promise.all([sees(n1, 'n1 n2 n3 n4'), sees(n2, 'n1 n2 n3 n4'), sees(n3, 'n1 n3 n4'), sees(n4, 'n3 n4')]);
    await Promise.all(all.map(({ agent }, place) => agent.opsbro('gossip', 'events', 'add', `e${place + 1}`)));
    const hears = (at: Running, names: string) => expect.poll(() => eventsAt(at), { timeout: 20_000 }).toBe(names);
    await Promise.all([hears(n1, 'e1 e2 e3 e4'), hears(n2, 'e1 e2 e3 e4'), hears(n3, 'e3 e4'), hears(n4, 'e4')]);
    const listed = (await n3.agent.opsbro('gossip', 'zone', 'list')).stdout;
    expect(listed).toContain('n1');
    if (isKeyed) expect((await n1.agent.opsbro('agent', 'info')).stdout).toContain('zone have a gossip key');
  },
  90_000,
);
