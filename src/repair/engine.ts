/** Repairs what checks find broken: when somebody asks for it, and by itself where that is allowed; never more often than it may. */
import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { ActionDoc } from '../model/health.ts';
import type { RepairRecord } from '../model/repair.ts';
import { Auditing } from './auditing.ts';
import { type Candidate, chosen, type Seen } from './choice.ts';
import { bind, type Given } from './given.ts';
import { RepairRefused, refusedBy, unfit, unwanted } from './refusals.ts';
import type { Deed, RepairWorld, Target } from './repair-world.ts';
import { rulesOf } from './rules.ts';
import { ended, type RepairState, refusalOf, seen, started, stateOf } from './standing.ts';
import { Standings } from './standings.ts';

/** What somebody wants to be done. */
export interface Wish extends Given {
  readonly service: string;
  /** Left out: the only check that offers the action. */
  readonly check?: string | undefined;
  readonly action: string;
  /** Who asks, for the audit. */
  readonly who: string;
}

/** A repair that is carried out. */
export interface Repair {
  readonly id: string;
  /** The end of it, as it is in the audit. */
  readonly end: Promise<RepairRecord>;
}

/** What would be done. */
export interface Plan {
  readonly deed: Deed;
  /** Why it would be refused now; empty when it would not. */
  readonly refusal: string;
}

/** An action of a check with where it stands. */
export interface ActionStanding {
  readonly action: string;
  readonly state: RepairState;
  /** Of the repair that goes on or waits; empty when there is none. */
  readonly id: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Epoch milliseconds of the last start; `null` before the first. */
  readonly lastStart: number | null;
  /** Milliseconds until it may start again; 0 when it may. */
  readonly retryAfterMs: number;
}

interface Start {
  readonly who: string;
  readonly reason: string;
  readonly isAuto: boolean;
}

const ASKED = 'asked for';

/** The repairs of this node. */
export class RepairEngine {
  readonly #world: RepairWorld;
  readonly #standings: Standings;
  readonly #auditing: Auditing;
  /** By service, the end of what is being done: never two at the same time. */
  readonly #locks = new Map<string, Promise<unknown>>();
  /** By service and check, bad results in a row. */
  readonly #counts = new Map<string, number>();
  /** What was refused last by itself, so that it is written down once. */
  readonly #refused = new Map<string, string>();
  readonly #waiting = new Map<string, { readonly deed: Deed; readonly reason: string }>();

  constructor(world: RepairWorld) {
    this.#world = world;
    this.#standings = new Standings(world.shelf);
    this.#auditing = new Auditing(world);
  }

  /** Takes back what is known from before a restart; what was going on then counts and is not done again. */
  async restore(): Promise<void> {
    for (const [key, standing] of await this.#standings.restore()) this.#auditing.interrupted(key, standing);
  }

  /** Looks whether it may be done, and begins. Throws `RepairRefused`, `not_found` for an unknown service, or `ambiguous`. */
  async begin(wish: Wish): Promise<Repair> {
    const deed = this.#deedOf(wish);
    const refusal = await this.#refusalOf(deed);
    if (refusal) throw this.#refuse(deed, refusal, wish.who);
    return this.#start(deed, { who: wish.who, reason: ASKED, isAuto: false });
  }

  /** What would be done for a wish, and whether. Throws as `begin` does for what cannot be understood. */
  async plan(wish: Wish): Promise<Plan> {
    const deed = this.#deedOf(wish);
    return { deed, refusal: (await this.#refusalOf(deed))?.reason ?? '' };
  }

  /** A check has a result: perhaps something starts by itself. Resolves when that has ended. */
  async seen(target: Target, result: Omit<Seen, 'count' | 'outcome'>): Promise<void> {
    const { service, check, outcome } = target;
    const isHealthy = outcome === 'healthy';
    const now = this.#world.clock.wall();
    this.#standings.change(service, check, (standing, rules) => seen(standing, rules, { isHealthy, now }));
    const place = `${service}\n${check}`;
    const count = isHealthy ? 0 : (this.#counts.get(place) ?? 0) + 1;
    this.#counts.set(place, count);
    if (count === 0 || this.#standings.breaker.openSince !== null) return;
    const candidate = chosen(this.#candidates(target), { ...result, outcome, count }, now);
    if (candidate) await this.#startAlone(target, candidate);
  }

  /** Starts what waits to be confirmed. Throws `not_found`. */
  confirm(id: string, who: string): Repair {
    const waiting = this.#waiting.get(id);
    const { service, check } = waiting?.deed.target ?? { service: '', check: '' };
    const isWaiting = waiting && this.#standings.of(service, check, waiting.deed.action.name).id === id;
    if (!waiting || !isWaiting) throw new OpsbroError('not_found', `no repair "${id}" waits to be confirmed`);
    this.#waiting.delete(id);
    this.#standings.set(waiting.deed, (standing) => ({ ...standing, activity: 'idle', id: '' }));
    return this.#start(waiting.deed, { who, reason: `confirmed; ${waiting.reason}`, isAuto: true });
  }

  /** Forgets the attempts of all actions of a check. Throws `not_found`. */
  reset(service: string, check: string, who: string): void {
    const target = this.#targetsOf(service).find((each) => each.check === check);
    if (!target) throw new OpsbroError('not_found', `${service} has no check "${check}"`);
    this.#standings.reset(service, check);
    this.#auditing.note('reset', target, who);
  }

  /** Lets repairs start by themselves again. */
  resetBreaker(who: string): void {
    this.#standings.closeBreaker();
    this.#auditing.breakerReset(who);
  }

  /** Epoch milliseconds since which nothing starts by itself, as too much failed; `null` while it may. */
  get breakerOpenSince(): number | null {
    return this.#standings.breaker.openSince;
  }

  /** Where the actions of a check stand. */
  standings(target: Target): ActionStanding[] {
    const now = this.#world.clock.wall();
    return this.#candidates(target).map(({ action, rules, standing }) => ({
      action: action.name,
      state: stateOf(standing, rules, now),
      id: standing.id,
      attempts: standing.starts.filter((at) => now - at < rules.window).length,
      maxAttempts: rules.max_attempts,
      lastStart: standing.starts.at(-1) ?? null,
      retryAfterMs: refusalOf(standing, rules, now)?.retryAfterMs ?? 0,
    }));
  }

  #targetsOf(service: string): readonly Target[] {
    const targets = this.#world.targets(service);
    if (targets) return targets;
    throw new OpsbroError('not_found', `no service is named "${service}"`);
  }

  #candidates(target: Target): Candidate[] {
    return target.actions.flatMap((action) => {
      try {
        const rules = rulesOf(action);
        return [{ action, rules, standing: this.#standings.of(target.service, target.check, action.name) }];
      } catch (error) {
        this.#world.log.warn({ service: target.service, check: target.check, err: error }, 'an action is left out');
        return [];
      }
    });
  }

  #deedOf(wish: Wish): Deed {
    const { target, action } = this.#choose(wish);
    const rules = rulesOf(action);
    const given = bind(action, rules, wish);
    if (typeof given !== 'string') return { target, action, rules, given };
    throw this.#auditing.refused(
      { target, action, rules, given: wish },
      new RepairRefused('bad_request', `${action.name} ${given}`),
      wish.who,
    );
  }

  #choose(wish: Wish): { readonly target: Target; readonly action: ActionDoc } {
    const targets = this.#targetsOf(wish.service);
    const listed = targets.filter(({ outcome }) => outcome !== 'healthy');
    const offering = listed.filter(
      ({ check, actions }) => (wish.check ?? check) === check && actions.some(({ name }) => name === wish.action),
    );
    const [first, second] = offering;
    if (second) throw new OpsbroError('ambiguous', `ambiguous: ${offering.map(({ check }) => check).join(', ')}`);
    const action = first?.actions.find(({ name }) => name === wish.action);
    if (first && action) return { target: first, action };
    if (listed.length === 0) throw new RepairRefused('conflict', `${wish.service} is healthy`);
    throw this.#auditing.refusedUnknown(wish, new RepairRefused('not_found', whyNot(wish, targets)));
  }

  async #refusalOf({ target, action, rules }: Deed): Promise<RepairRefused | undefined> {
    const standing = this.#standings.of(target.service, target.check, action.name);
    const refusal = refusalOf(standing, rules, this.#world.clock.wall());
    if (refusal) return refusedBy(refusal);
    const reason = await unfit(rules, this.#world);
    return reason === '' ? undefined : new RepairRefused('conflict', reason);
  }

  #refuse(deed: Deed, refusal: RepairRefused, who: string): RepairRefused {
    return this.#auditing.refused(deed, refusal, who);
  }

  async #startAlone(target: Target, { action, rules }: Candidate): Promise<void> {
    const given = bind(action, rules, { args: [], kwargs: new Map() });
    const fault =
      typeof given === 'string'
        ? `${action.name} ${given}`
        : unwanted(target, rules, this.#world) || (await unfit(rules, this.#world));
    const key = `${target.service}\n${target.check}\n${action.name}`;
    if (fault !== '' || typeof given === 'string') {
      if (this.#refused.get(key) === fault) return;
      this.#refused.set(key, fault);
      this.#auditing.refused(
        { target, action, rules, given: { args: [], kwargs: new Map() } },
        new RepairRefused('conflict', fault),
        'auto',
      );
      return;
    }
    this.#refused.delete(key);
    const deed = { target, action, rules, given };
    const reason = `${target.check} is ${target.outcome}`;
    if (rules.requires_confirmation) this.#wait(deed, reason);
    else await this.#start(deed, { who: 'auto', reason, isAuto: true }).end;
  }

  #wait(deed: Deed, reason: string): void {
    const id = this.#world.newId();
    this.#waiting.set(id, { deed, reason });
    this.#standings.set(deed, (standing) => ({ ...standing, activity: 'waiting-confirmation', id }));
    this.#auditing.waits(deed, id, reason);
  }

  /** Queues it behind what is done for the same service. */
  #start(deed: Deed, start: Start): Repair {
    const id = this.#world.newId();
    const { service } = deed.target;
    this.#standings.set(deed, (standing) => ({ ...standing, activity: 'queued', id }));
    const before = this.#locks.get(service) ?? Promise.resolve();
    const end = before.then(() => this.#carryOut(deed, id, start));
    const settled = end.then(
      () => {},
      (error: unknown) => this.#world.log.error({ repair: id, err: error }, 'a repair was given up'),
    );
    this.#locks.set(service, settled);
    return { id, end };
  }

  async #carryOut(deed: Deed, id: string, start: Start): Promise<RepairRecord> {
    const { clock } = this.#world;
    const { target, rules } = deed;
    const startedAt = clock.wall();
    const standing = this.#standings.set(deed, (kept) => started(kept, id, startedAt));
    // What is not written down before it starts would be forgotten by a crash, and done again and again.
    await this.#standings.flushed();
    this.#auditing.starts({ deed, id, start, standing });
    const mono = clock.now();
    const done = await this.#world.act(deed);
    this.#standings.set(deed, (kept) => ({ ...kept, activity: 'verifying' }));
    await this.#world.recheck(target.service);
    const after =
      this.#world.targets(target.service)?.find(({ check }) => check === target.check)?.outcome ?? 'healthy';
    const isFixed = done.isOk && (after === 'healthy' || after === 'quasi');
    const before = this.#standings.of(target.service, target.check, deed.action.name);
    const left = this.#standings.set(deed, (kept) => ended(kept, rules, { isFixed, now: clock.wall() }));
    const durationMs = Math.round(clock.now() - mono);
    const record = this.#auditing.ends({ deed, id, start, standing, done, after, isFixed, durationMs });
    if (left.isSpent && !before.isSpent) this.#auditing.exhausted(deed, left);
    if (start.isAuto && !isFixed) this.#failedAlone();
    return record;
  }

  #failedAlone(): void {
    const now = this.#world.clock.wall();
    if (this.#standings.noteFailure(this.#world.breaker, now)) this.#auditing.breakerOpen(this.#world.breaker);
  }
}

function whyNot({ service, check, action }: Wish, targets: readonly Target[]): string {
  const known = targets.find((each) => each.check === check);
  if (check !== undefined && !known)
    return `${service} has no check "${check}"${didYouMean(
      check,
      targets.map((each) => each.check),
    )}`;
  if (known?.outcome === 'healthy') return `${check} is healthy`;
  const offered = (known ? [known] : targets).flatMap(({ actions }) => actions.map(({ name }) => name));
  return `${action} is not offered now${didYouMean(action, offered)}`;
}
