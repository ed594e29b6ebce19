import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { didYouMean } from '../base/nearest.ts';
import type { CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { CheckPlan } from './check-plan.ts';
import { type Dependency, type DependencyWorld, ownCheck, parentState, untangled } from './dependency.ts';
import { FREE, nextSuppression, type ParentNow, type Situation, type Suppression } from './suppression.ts';

interface DependenciesOptions extends DependencyWorld {
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<AgentEvent>;
  /** Runs a check of this node now, if it can be run. */
  runSoon(id: string): void;
  /** Monotonic time of its last result, and how many there were since the start. */
  results(id: string): { readonly last: number; readonly count: number };
  /** Is told of a check whose parents suppress it or are waited for, or no longer; `before` is how that was. */
  changed(id: string, before: Suppression): void;
  waitMs(): number;
}

/** What changes how other nodes are. */
const POOL_EVENTS = [
  'member-join',
  'member-suspect',
  'member-alive',
  'member-failed',
  'member-leave',
  'member-reap',
  'member-settle',
  'record-change',
] as const;

/** The checks of this node that depend on something, and whom that keeps quiet. */
export class Dependencies implements Disposable {
  readonly #options: DependenciesOptions;
  /** By child. */
  #parents: ReadonlyMap<string, readonly Dependency[]> = new Map();
  /** The children of a check of this node. */
  #children: ReadonlyMap<string, readonly string[]> = new Map();
  /** Children that depend on something beyond this node. */
  #worldly: readonly string[] = [];
  readonly #memory = new Map<string, Suppression>();
  /** Monotonic time since which a child is bad. */
  readonly #badSince = new Map<string, number>();
  readonly #timers = new Map<string, Disposable>();
  readonly #listening: readonly Disposable[];
  readonly #complained = new Set<string>();

  constructor(options: DependenciesOptions) {
    this.#options = options;
    this.#listening = POOL_EVENTS.map((type) => options.bus.on(type, () => this.#poolChanged()));
  }

  /** Takes the checks as they are written now; what cannot be is told in the log, once. */
  apply(plans: Iterable<CheckPlan>): void {
    const { self } = this.#options;
    const known = new Map([...plans].map((plan) => [plan.id, plan]));
    const wanted = new Map(
      [...known].map(([id, { dependsOn }]) => [id, dependsOn.flatMap((each) => ownCheck(each, self) ?? [])]),
    );
    const { edges, cycles } = untangled(wanted);
    for (const cycle of cycles)
      this.#complain('error', `checks depend on each other in a circle: ${[...cycle, cycle[0]].join(' -> ')}`);
    const parents = new Map<string, Dependency[]>();
    for (const { id, dependsOn } of known.values()) {
      const kept = dependsOn.filter((each) => {
        const own = ownCheck(each, self);
        if (own !== undefined && !known.has(own)) {
          this.#complain(
            'warn',
            `check "${id}" depends on "${own}", which is not known${didYouMean(own, [...known.keys()])}`,
          );
        }
        return own === undefined || (edges.get(id)?.includes(own) ?? false);
      });
      if (kept.length > 0) parents.set(id, kept);
    }
    this.#parents = parents;
    this.#children = childrenOf(parents, self);
    this.#worldly = [...parents]
      .filter(([, each]) => each.some((one) => ownCheck(one, self) === undefined))
      .map(([id]) => id);
    for (const id of [...this.#memory.keys()]) if (!parents.has(id)) this.forget(id);
  }

  /** What is to be shown of a check. */
  of(id: string): Suppression {
    return this.#memory.get(id) ?? FREE;
  }

  /** The check must not run: something it needs is broken, and it says that it is not to be run then. */
  isHeld(id: string): boolean {
    return (this.#parents.get(id) ?? []).some(
      (each) => each.holdsRuns && parentState(each, this.#options) === 'blocking',
    );
  }

  /** What a new result of a check means for itself. */
  ran({ id, state }: CheckRecord): void {
    if (!this.#parents.has(id)) return;
    if (state === 'ok' || state === 'pending') this.#badSince.delete(id);
    else if (!this.#badSince.has(id)) this.#turnedBad(id);
    this.#review(id);
  }

  /** What a new result of a check means for those that depend on it. */
  parentRan(id: string): void {
    for (const child of this.#children.get(id) ?? []) this.#review(child);
  }

  /** A check does not apply any more. */
  forget(id: string): void {
    this.#memory.delete(id);
    this.#badSince.delete(id);
    this.#timers.get(id)?.[Symbol.dispose]();
    this.#timers.delete(id);
  }

  [Symbol.dispose](): void {
    for (const listener of this.#listening) listener[Symbol.dispose]();
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
  }

  #poolChanged(): void {
    for (const id of this.#worldly) if (this.#badSince.has(id)) this.#review(id);
  }

  /** Its parents are looked at, unless they just were. */
  #turnedBad(id: string): void {
    const { clock, self, runSoon, results } = this.#options;
    this.#badSince.set(id, clock.now());
    for (const each of this.#parents.get(id) ?? []) {
      const own = ownCheck(each, self);
      if (own !== undefined && results(own).last < clock.now()) runSoon(own);
    }
  }

  #review(id: string): void {
    const check = this.#options.check(id);
    if (!check) {
      this.forget(id);
      return;
    }
    const before = this.of(id);
    const after = nextSuppression(before, this.#situation(check));
    if (after === before) return;
    if (after === FREE) this.#memory.delete(id);
    else this.#memory.set(id, after);
    this.#wake(id, after);
    if (!isShownAlike(before, after)) this.#options.changed(id, before);
    const isReleased = after.releasedAfter !== undefined && before.releasedAfter === undefined;
    if (isReleased) this.#options.runSoon(id);
  }

  #situation({ id, hardState }: CheckRecord): Situation {
    const { clock, results, waitMs } = this.#options;
    return {
      isProblem: hardState !== 'ok' && hardState !== 'pending',
      results: results(id).count,
      parents: this.#parentsNow(id),
      now: clock.now(),
      waitMs: waitMs(),
    };
  }

  #parentsNow(id: string): ParentNow[] {
    const since = this.#badSince.get(id) ?? 0;
    return (this.#parents.get(id) ?? []).map((each) => {
      const own = ownCheck(each, this.#options.self);
      const check = own === undefined ? undefined : this.#options.check(own);
      return {
        name: each.name,
        state: parentState(each, this.#options),
        isFlapping: check?.flapping ?? false,
        isFresh: check === undefined || check.nextCheck === null || this.#options.results(check.id).last >= since,
      };
    });
  }

  /** Looks again when the waiting is over at the latest. */
  #wake(id: string, { isWaiting, waitsUntil }: Suppression): void {
    this.#timers.get(id)?.[Symbol.dispose]();
    this.#timers.delete(id);
    if (!isWaiting || waitsUntil === undefined) return;
    const { clock } = this.#options;
    const timer = clock.after(waitsUntil - clock.now(), () => {
      this.#timers.delete(id);
      this.#review(id);
    });
    this.#timers.set(id, timer);
  }

  #complain(level: 'warn' | 'error', text: string): void {
    if (this.#complained.has(text)) return;
    this.#complained.add(text);
    this.#options.log[level]({ part: 'checks' }, text);
  }
}

const isShownAlike = (a: Suppression, b: Suppression): boolean =>
  a.isWaiting === b.isWaiting && a.suppressedBy.join('\n') === b.suppressedBy.join('\n');

function childrenOf(
  parents: ReadonlyMap<string, readonly Dependency[]>,
  self: { readonly name: string },
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const [child, each] of parents) {
    for (const parent of each.flatMap((one) => ownCheck(one, self) ?? [])) {
      children.set(parent, [...(children.get(parent) ?? []), child]);
    }
  }
  return children;
}
