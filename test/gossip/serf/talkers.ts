import { Bus } from '../../../src/base/bus.ts';
import { OpsbroError } from '../../../src/base/errors.ts';
import { silent } from '../../../src/base/log.ts';
import { seeded } from '../../../src/base/random.ts';
import type { Effect } from '../../../src/gossip/core/effect.ts';
import type { KeyringHolder } from '../../../src/gossip/keyring-holder.ts';
import { PoolKeys } from '../../../src/gossip/pool-keys.ts';
import type { SerfEffect } from '../../../src/gossip/serf/effects.ts';
import { Talk } from '../../../src/gossip/talk.ts';
import { gossipKey, type Keyring } from '../../../src/gossip/wire/keyring.ts';
import type { AgentEvent } from '../../../src/model/event.ts';
import { Simulation } from '../../support/simulation.ts';

/** Keys that are kept nowhere but here. */
export class MemoryKeyring implements KeyringHolder {
  readonly problem = '';
  #keys: Uint8Array[];

  constructor(...keys: readonly Uint8Array[]) {
    this.#keys = [...keys];
  }

  get state(): 'open' | 'keyed' {
    return this.#keys.length > 0 ? 'keyed' : 'open';
  }

  get keyring(): Keyring | undefined {
    const [primary, ...others] = this.#keys.flatMap((key) => gossipKey(key) ?? []);
    return primary && [primary, ...others];
  }

  async apply(operation: 'install' | 'use' | 'remove', key: Uint8Array): Promise<void> {
    const isKey = (other: Uint8Array) => Buffer.compare(other, key) === 0;
    const has = this.#keys.some(isKey);
    const rest = this.#keys.filter((other) => !isKey(other));
    if (operation === 'install') this.#keys = [...this.#keys, ...(has ? [] : [key])];
    else if (operation === 'use') {
      if (!has) throw new OpsbroError('conflict', 'requested key is not in the keyring');
      this.#keys = [key, ...rest];
    } else {
      if (rest.length > 0 && this.#keys[0] && isKey(this.#keys[0])) {
        throw new OpsbroError('conflict', 'removing the primary key is not allowed');
      }
      this.#keys = rest;
    }
  }

  get fingerprints(): string[] {
    return (this.keyring ?? []).map(({ fingerprint }) => fingerprint);
  }
}

/** A line of the log: what it says and its fields. */
export type Line = readonly [text: string, fields: object];

/** A member of a simulated pool that can talk. */
export interface Talker {
  readonly talk: Talk;
  readonly keys: PoolKeys;
  readonly holder: MemoryKeyring;
  readonly log: Line[];
  readonly events: AgentEvent[];
}

const TALKS: ReadonlySet<Effect['type']> = new Set<SerfEffect['type']>([
  'event',
  'query',
  'match',
  'keys',
  'heardAnswer',
  'queryEnded',
]);
const isTalk = (effect: Effect): effect is SerfEffect => TALKS.has(effect.type);

/** A simulated pool of members `n0`, `n1`, ... that all have these keys and can be talked to. */
export function talkers(size: number, keys: readonly Uint8Array[] = []) {
  const simulation = new Simulation({ seed: 1 });
  const names = simulation.addPool(size);
  if (simulation.runUntil(() => simulation.allSee(names, 'alive'), 20_000) === undefined) throw new Error('no pool');
  const all = new Map(names.map((name) => [name, talker(simulation, name, keys)]));
  simulation.noticed = (by, effect) => {
    if (isTalk(effect)) all.get(by)?.talk.take(effect);
  };
  const of = (name: string): Talker => {
    const found = all.get(name);
    if (!found) throw new Error(`there is no member ${name}`);
    return found;
  };
  /** From now on a member lives, but neither handles nor answers anything. */
  const mute = (name: string) => void all.delete(name);
  return { simulation, names, of, mute };
}

function talker(simulation: Simulation, name: string, keys: readonly Uint8Array[]): Talker {
  const log: Line[] = [];
  const events: AgentEvent[] = [];
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  for (const type of ['user-event', 'query', 'key-change'] as const) bus.on(type, (event) => events.push(event));
  const holder = new MemoryKeyring(...keys);
  const talk = new Talk(
    {
      name,
      keys: holder,
      clock: simulation.clock,
      random: seeded(1),
      bus,
      log: { ...silent, info: (fields: object, text: string) => log.push([text, fields]) },
    },
    {
      core: simulation.core(name),
      step: (input) => simulation.give(name, input),
      count: () => {},
    },
  );
  return { talk, keys: new PoolKeys(simulation.core(name), talk, holder), holder, log, events };
}
