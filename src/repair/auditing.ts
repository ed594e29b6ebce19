import type { HealthOutcome } from '../model/health.ts';
import type { RepairEvent, RepairRecord } from '../model/repair.ts';
import { type Given, secretsIn, shownArguments } from './given.ts';
import type { RepairRefused } from './refusals.ts';
import type { Deed, Done, RepairWorld, Target } from './repair-world.ts';
import { attemptsOf, type Standing } from './standing.ts';

/** What is tried, whether its arguments fit or not. */
interface Tried extends Omit<Deed, 'given'> {
  readonly given: Given;
}

interface Begun {
  readonly deed: Deed;
  readonly id: string;
  readonly start: { readonly who: string; readonly reason: string };
  readonly standing: Standing;
}

interface Over extends Begun {
  readonly done: Done;
  readonly after: HealthOutcome;
  readonly isFixed: boolean;
  readonly durationMs: number;
}

const TAIL = 4_096;

/** Writes down what is done and refused, and tells people what they have to know of it. */
export class Auditing {
  readonly #world: RepairWorld;

  constructor(world: RepairWorld) {
    this.#world = world;
  }

  starts({ deed, id, start, standing }: Begun): void {
    this.#write('start', {
      ...this.#facts(deed),
      ...{ who: start.who, reason: start.reason },
      id,
      before: deed.target.outcome,
      ...this.#attempt(deed, standing),
    });
  }

  ends({ deed, id, start, standing, done, after, isFixed, durationMs }: Over): RepairRecord {
    return this.#write('end', {
      ...this.#facts(deed),
      ...{ who: start.who, reason: start.reason },
      ...this.#attempt(deed, standing),
      ...{ id, before: deed.target.outcome, after, isFixed, exit: done.exit, durationMs },
      output: withoutSecrets(done.output, secretsIn(deed.rules, deed.given.values)).slice(-TAIL),
    });
  }

  /** Notes the refusal, and gives it back. */
  refused(tried: Tried, refusal: RepairRefused, who: string): RepairRefused {
    this.#write('refusal', { ...this.#facts(tried), who, reason: refusal.reason, before: tried.target.outcome });
    return refusal;
  }

  /** As `refused`, for what is not offered; its arguments may be secrets of anything and are not shown. */
  refusedUnknown(
    wish: { service: string; check?: string | undefined; action: string; who: string },
    refusal: RepairRefused,
  ): RepairRefused {
    const { service, check = '', action, who } = wish;
    this.#write('refusal', { service, check, action, who, reason: refusal.reason });
    return refusal;
  }

  waits(deed: Deed, id: string, reason: string): void {
    this.#write('waiting-confirmation', { ...this.#facts(deed), id, who: 'auto', reason, before: deed.target.outcome });
  }

  note(event: RepairEvent, { service, check, outcome }: Target, who: string): void {
    this.#write(event, { service, check, who, before: outcome });
  }

  /** The agent ended while this was going on. */
  interrupted(key: string, { id, starts }: Standing): void {
    const [service = '', check = '', action = ''] = key.split('\n');
    const reason = 'the agent ended while it ran; it is not done again by itself';
    this.#write('interrupted', { id, service, check, action, who: 'auto', reason, attempt: starts.length });
  }

  /** The attempts of an action are used up: people are told once. */
  exhausted({ target, action, rules }: Deed, standing: Standing): void {
    const attempts = attemptsOf(standing, rules, this.#world.clock.wall());
    const times = standing.starts.slice(-attempts).map((at) => new Date(at).toISOString());
    this.#world.tell({
      ...{ kind: 'repair', name: `${target.service}/${target.check}/${action.name}`, pack: '', isOnce: true },
      displayName: `${action.name} of ${target.service}`,
      ...{ severity: 'critical', state: 'exhausted', oldState: 'ok' },
      output: `${action.name} did not repair ${target.check} of ${target.service} in ${attempts} attempts: ${times.join(', ')}`,
      ...(target.handlers && { handlers: target.handlers }),
    });
  }

  /** Too many repairs failed. */
  breakerOpen(most: number): void {
    const reason = `more than ${most} repairs that started by themselves failed within 10 minutes; none starts until: opsbro health breaker reset`;
    this.#write('breaker-open', { who: 'auto', reason });
    this.#world.tell({
      ...{ kind: 'repair', name: 'breaker', displayName: 'repairs', pack: '', isOnce: true },
      ...{ severity: 'critical', state: 'stopped', oldState: 'ok', output: reason },
    });
  }

  breakerReset(who: string): void {
    this.#write('breaker-reset', { who });
  }

  #facts({ target, action, rules, given }: Tried) {
    return {
      service: target.service,
      check: target.check,
      action: action.name,
      ...shownArguments(action, rules, given),
    };
  }

  #attempt({ rules }: Deed, standing: Standing) {
    return { attempt: attemptsOf(standing, rules, this.#world.clock.wall()), maxAttempts: rules.max_attempts };
  }

  #write(event: RepairEvent, facts: Partial<RepairRecord>): RepairRecord {
    const { clock, node, log, audit, newId } = this.#world;
    const record: RepairRecord = {
      ...NOTHING,
      ...facts,
      ...{ id: facts.id ?? newId(), event, at: clock.wall(), node },
    };
    log.info({ ...record }, `repair ${event}`);
    audit(record);
    return record;
  }
}

const NOTHING = {
  ...{ service: '', check: '', action: '', args: [], kwargs: {}, who: '', reason: '' },
  ...{ before: null, after: null, isFixed: null, exit: null, output: '', durationMs: null, attempt: 0, maxAttempts: 0 },
} as const;

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}
