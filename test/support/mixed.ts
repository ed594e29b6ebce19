import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { RunningAgent } from './agent.ts';
import { type SerfAgent, startSerf } from './serf.ts';
import { tempDirectory } from './temp.ts';

/** How long a pool may take for anything. */
export const SOON = { timeout: 20_000, interval: 200 };

interface MemberJson {
  readonly name: string;
  readonly state: string;
  readonly addr: string;
  readonly port: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where an agent of ours is joined. */
export const at = (agent: RunningAgent) => `127.0.0.1:${agent.ports.gossip}`;

/** Agents of ours and of Serf on this machine, which all end with it. */
export class Mixed implements AsyncDisposable {
  readonly #closing = new Disposal();
  readonly #folder = this.#closing.use(tempDirectory()).path;
  readonly #serf: string;
  readonly #key: string | undefined;

  constructor(serf: string, key: string | undefined) {
    this.#serf = serf;
    this.#key = key;
  }

  async ours(name: string, home = name): Promise<RunningAgent> {
    const path = join(this.#folder, home);
    if (this.#key !== undefined) {
      mkdirSync(join(path, 'etc/zone_keys'), { recursive: true });
      writeFileSync(join(path, 'etc/zone_keys/internet.gossip.key'), `${this.#key}\n`, { mode: 0o600 });
    }
    return await this.#closing.use(new RunningAgent(path, { OPSBRO_NAME: name, OPSBRO_BIND: '127.0.0.1' })).ready();
  }

  async serf(name: string, seeds: readonly string[] = []): Promise<SerfAgent> {
    const flags = this.#key === undefined ? [] : [`-encrypt=${this.#key}`];
    // A script that does not read what it is given is an error to Serf.
    const handler = '-event-handler=query:who=cat >/dev/null; echo -n serf';
    return this.#closing.use(await startSerf(this.#serf, name, seeds, [handler, ...flags]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing[Symbol.asyncDispose]();
  }
}

/** The members that an agent of ours shows, by name. */
export async function seenByOurs(by: RunningAgent): Promise<Record<string, MemberJson>> {
  const answer = await fetch(`http://127.0.0.1:${by.ports.http}/agent/members`);
  const members = Object.values((await answer.json()) as Record<string, MemberJson>);
  return Object.fromEntries(members.map((member) => [member.name, member]));
}

/** The states of members by name, as an agent of ours shows them. */
export const statesByOurs = async (by: RunningAgent) =>
  Object.fromEntries(Object.values(await seenByOurs(by)).map(({ name, state }) => [name, state]));
/** The same, as an agent of Serf shows them. */
export const statesBySerf = async (by: SerfAgent) =>
  Object.fromEntries((await by.members()).map(({ name, status }) => [name, status]));

/** Two agents of ours, `a` and `b`, and two of Serf, `s` and `t`, that all know each other. */
export async function mixedPool(mixed: Mixed) {
  const [a, b] = await Promise.all([mixed.ours('a'), mixed.ours('b')]);
  await b.opsbro('gossip', 'join', at(a));
  const [s, t] = await Promise.all([mixed.serf('s', [at(a)]), mixed.serf('t', [at(b)])]);
  const all = { a: 'alive', b: 'alive', s: 'alive', t: 'alive' };
  for (const each of [a, b]) await expect.poll(() => statesByOurs(each), SOON).toEqual(all);
  for (const each of [s, t]) await expect.poll(() => statesBySerf(each), SOON).toEqual(all);
  return { a, b, s, t };
}
