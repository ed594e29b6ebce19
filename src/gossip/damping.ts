import type { NodeState } from '../model/member.ts';

/** How a member counts for names, groups and alerts. */
export interface Damped {
  readonly settled: NodeState;
  readonly flapping: boolean;
}

/** What is kept of a member that died at least once. */
interface Past extends Damped {
  readonly state: NodeState;
  /** 1 for each death, as far as it was not forgotten at `at`. */
  readonly penalty: number;
  readonly at: number;
  /** Deaths that came too soon after others: each makes the next return wait longer. */
  readonly soon: number;
  /** When its return counts; missing: it does not wait. */
  readonly countsAt?: number;
}

const HALF_LIFE_MS = 300_000;
/** From here on it flaps. */
const FLAPPING = 3;
/** Below this it flaps no longer, and nothing is held against it. */
const CALM = 1;
/** A second death within a half-life: the return after it has to last, so that names follow the first coming and going only. */
const DOUBTFUL = 1.5;
const SHORTEST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 300_000;

/**
 * What members that come and go all the time look like to those who act on it: a death counts at once, a return after it only when it has
 * lasted. Gossip itself believes what it believes. Times are monotonic milliseconds, members are told apart by any key.
 */
export class Damping {
  readonly #pasts = new Map<string, Past>();
  /** Keys of members that change by time alone: a return will count, or they will no longer flap. */
  readonly #waiting = new Set<string>();

  /** Takes in how a member is, and how it was shown before; answers with how it counts. */
  judge(
    key: string,
    { from, to }: { readonly from: NodeState | undefined; readonly to: NodeState },
    now: number,
  ): Damped {
    const past = this.#pasts.get(key);
    if (!past && !(from && isDeath(from, to))) return { settled: to, flapping: false };
    const before = past ?? { state: from ?? to, settled: from ?? to, flapping: false, penalty: 0, at: now, soon: 0 };
    return this.#keep(key, after(before, to, now));
  }

  /** How those members count now that changed by time alone. */
  due(now: number): ReadonlyMap<string, Damped> {
    const changed = new Map<string, Damped>();
    for (const key of [...this.#waiting]) {
      const before = this.#pasts.get(key);
      if (!before) continue;
      const verdict = this.#keep(key, after(before, before.state, now));
      if (verdict.settled !== before.settled || verdict.flapping !== before.flapping) changed.set(key, verdict);
    }
    return changed;
  }

  /** When `due` has something to say. */
  get wakeAt(): number | undefined {
    let earliest: number | undefined;
    for (const key of this.#waiting) {
      const at = changesAt(this.#pasts.get(key));
      if (at !== undefined && at < (earliest ?? Number.POSITIVE_INFINITY)) earliest = at;
    }
    return earliest;
  }

  /** A member is no more. */
  forget(key: string): void {
    this.#pasts.delete(key);
    this.#waiting.delete(key);
  }

  #keep(key: string, past: Past): Damped {
    this.#pasts.set(key, past);
    if (changesAt(past) === undefined) this.#waiting.delete(key);
    else this.#waiting.add(key);
    return { settled: past.settled, flapping: past.flapping };
  }
}

const isHere = (state: NodeState): boolean => state === 'alive' || state === 'suspect';
/** A leave is no death: it was meant. */
const isDeath = (from: NodeState, to: NodeState): boolean => isHere(from) && to === 'dead';

/** What is kept of a member after it was seen in that state. */
function after(past: Past, to: NodeState, now: number): Past {
  const hasDied = isDeath(past.state, to);
  const penalty = past.penalty * 2 ** ((past.at - now) / HALF_LIFE_MS) + (hasDied ? 1 : 0);
  const flapping = penalty >= FLAPPING || (past.flapping && penalty >= CALM);
  const kept = penalty < CALM ? 0 : past.soon;
  const soon = hasDied && penalty >= DOUBTFUL ? kept + 1 : kept;
  const seen = { state: to, penalty, at: now, flapping, soon };
  if (!isHere(to)) return { ...seen, settled: to };
  const countsAt = past.countsAt ?? (isHere(past.state) || soon === 0 ? now : now + waitAfter(soon));
  return now >= countsAt ? { ...seen, settled: to } : { ...seen, settled: past.settled, countsAt };
}

/** How long a return has to last after so many deaths that came too soon. */
const waitAfter = (soon: number): number => Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** (soon - 1));

/** When time alone changes how a member counts. */
function changesAt(past: Past | undefined): number | undefined {
  if (!past) return undefined;
  // The millisecond more makes sure that it is below.
  const calmAt = past.flapping ? past.at + Math.ceil(HALF_LIFE_MS * Math.log2(past.penalty / CALM)) + 1 : undefined;
  if (past.countsAt === undefined || calmAt === undefined) return past.countsAt ?? calmAt;
  return Math.min(past.countsAt, calmAt);
}
