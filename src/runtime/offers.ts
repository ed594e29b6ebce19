import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import type { CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Evaluated } from '../model/expression.ts';
import type { Member } from '../model/member.ts';
import type { Configuration } from './configuration.ts';
import type { Evaluator } from './evaluator.ts';
import { NO_OBJECT } from './object-data.ts';
import { Services } from './services.ts';
import { ZoneServices } from './zone-services.ts';

interface OffersOptions {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly shelf: Shelf | undefined;
  readonly evaluator: Evaluator;
  readonly signal: AbortSignal;
  readonly self: { readonly id: string; readonly zone: string };
  groups(): ReadonlySet<string>;
  members(): ReadonlyMap<string, Member>;
  checks(): readonly CheckRecord[];
}

/** What this node and its zone offer to others. */
export class Offers {
  readonly services: Services;
  readonly #zone: ZoneServices;

  constructor(options: OffersOptions) {
    this.services = new Services({ ...options, judge: (text, states) => judge(options, text, states) });
    this.#zone = new ZoneServices(options);
  }

  /** Takes the services as they are written now. */
  apply(configuration: Configuration): void {
    this.services.apply(configuration);
    this.#zone.apply(configuration);
  }

  /** Follows checks and pool from now on. */
  start(): void {
    this.services.start();
    this.#zone.start();
  }

  stop(): void {
    this.services.stop();
    this.#zone.stop();
  }
}

/** An expression over the states of checks, which has to answer at once. */
function judge({ evaluator, signal }: OffersOptions, text: string, states: ReadonlyMap<string, number>): string {
  const checks: Evaluated = { type: 'value', value: states, text: '', truth: true };
  const data = { ...NO_OBJECT, variables: new Map([['checks', checks]]) };
  const outcome = evaluator.evaluate(text, 'text', { data, signal });
  return 'type' in outcome && outcome.type === 'value' ? outcome.text : 'unknown';
}
