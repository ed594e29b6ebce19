import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Explanation } from '../model/pool.ts';
import type { Core } from './core/core.ts';
import type { Effect, Input } from './core/effect.ts';
import type { Directory } from './directory.ts';
import { explain } from './explanation.ts';

interface Parts {
  readonly core: Core;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly step: (input: Input) => void;
}

/** What people ask about single members. */
export class Questions {
  readonly #parts: Parts;
  readonly #pings = new Map<number, (rttMs: number | undefined) => void>();
  #tickets = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** See `PoolActions.ping`. */
  ping(name: string, timeoutMs: number): Promise<number | undefined> {
    const { core, step } = this.#parts;
    if (!core.nodes.has(name)) return Promise.reject(unknown(name));
    if (name === core.self.name) return Promise.resolve(0);
    return new Promise((resolve) => {
      this.#tickets += 1;
      this.#pings.set(this.#tickets, resolve);
      step({ type: 'ping', name, timeoutMs, ticket: this.#tickets });
    });
  }

  /** What became of a ping. */
  pinged({ ticket, rttMs }: Extract<Effect, { type: 'pinged' }>): void {
    this.#pings.get(ticket)?.(rttMs);
    this.#pings.delete(ticket);
  }

  /** Why a member is as it is, as far as this node knows. Throws `not_found` when nothing was ever seen of it. */
  why(name: string): Explanation {
    const { clock, core, directory } = this.#parts;
    const observations = core.evidence(name);
    const member = directory.named(name);
    if (!member && observations.length === 0) throw unknown(name);
    const offset = clock.wall() - clock.now();
    const subject = { name, state: member?.state, since: member?.since ?? 0 };
    return explain(subject, observations, (at) => at + offset);
  }
}

/** Nobody has that name. */
export const unknown = (name: string): OpsbroError =>
  new OpsbroError('not_found', `no member is named "${name}"; see \`opsbro gossip members\``);
