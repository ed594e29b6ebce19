import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Explanation, Testimony } from '../model/pool.ts';
import type { Core } from './core/core.ts';
import type { Effect, Input } from './core/effect.ts';
import type { Directory } from './directory.ts';
import { evidenceOf, explain } from './explanation.ts';

interface Parts {
  readonly core: Core;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly step: (input: Input) => void;
}

/** Accusations are told on for so long. */
const ACCUSED_MS = 3_600_000;

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
    const subject = { name, state: member?.state, since: member?.since ?? 0 };
    return explain(subject, observations, wallOf(clock));
  }

  /** What this node can tell another one that asks why a member is as it is; nothing of one that it does not know. */
  testimony(name: string): Testimony {
    const { clock, core } = this.#parts;
    const accusations = [...core.accusations(ACCUSED_MS)].map(([by, accused]) => [by, [...accused]] as const);
    return { evidence: evidenceOf(core.evidence(name), wallOf(clock)), accusations: new Map(accusations) };
  }
}

/** What is told of the time of an observation: monotonic milliseconds as those since 1970. */
function wallOf(clock: Clock): (at: number) => number {
  const offset = clock.wall() - clock.now();
  return (at) => at + offset;
}

/** Nobody has that name. */
export const unknown = (name: string): OpsbroError =>
  new OpsbroError('not_found', `no member is named "${name}"; see \`opsbro gossip members\``);
