import type { Agenda } from '../base/agenda.ts';
import type { Clock } from '../base/clock.ts';
import type { Alert } from '../model/alert.ts';
import { fieldOf, type Way } from './routes.ts';

/** How alerts are put together. */
export type Together = Pick<Way, 'groupBy' | 'groupWaitMs' | 'groupIntervalMs'>;

/** Alerts that are to be told to a handler in one message. */
export interface Gathered {
  readonly handler: string;
  /** Ids of the alerts. */
  readonly alerts: ReadonlySet<string>;
  /** By what they were put together. */
  readonly group: ReadonlyMap<string, string>;
}

interface Group {
  readonly handler: string;
  readonly group: ReadonlyMap<string, string>;
  readonly intervalMs: number;
  alerts: Set<string>;
  /** Monotonic milliseconds of the last message. */
  sent: number;
}

/** Alerts that are put together by nothing else than themselves. */
const EACH = '...';
/** What became due because a reason to be quiet ended waits no longer than this. */
const URGENT_MS = 1_000;

/** Lets alerts wait for others of their group, and the messages of one group for each other. */
export class MessageGroups {
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #flush: (gathered: Gathered) => void;
  readonly #groups = new Map<string, Group>();
  /** Names of the groups in which alerts wait, by handler and alert. */
  readonly #places = new Map<string, string>();

  /** `flush` is given the alerts of a group when their time has come. */
  constructor(clock: Clock, agenda: Agenda, flush: (gathered: Gathered) => void) {
    this.#clock = clock;
    this.#agenda = agenda;
    this.#flush = flush;
  }

  /** Has an alert told to a handler. `isUrgent`: it was held back already. */
  add(alert: Alert, to: { readonly handler: string; readonly way: Together; readonly isUrgent: boolean }): void {
    const { handler, way, isUrgent } = to;
    const values = groupOf(alert, way);
    const name = `group ${JSON.stringify([handler, [...values], way.groupBy.includes(EACH) ? alert.id : ''])}`;
    const place = placeOf(handler, alert.id);
    if (this.#places.get(place) !== name) this.remove(alert.id, handler);
    const { groupWaitMs, groupIntervalMs: intervalMs } = way;
    const group = this.#groups.get(name) ?? { handler, group: values, intervalMs, alerts: new Set(), sent: -Infinity };
    this.#groups.set(name, group);
    group.alerts.add(alert.id);
    this.#places.set(place, name);
    const now = this.#clock.now();
    const wait = Math.max(groupWaitMs, group.sent + intervalMs - now);
    this.#agenda.atMostIn(isUrgent ? Math.min(wait, URGENT_MS) : wait, name, () => this.#end(name));
  }

  /** There is nothing to tell of this alert any more. */
  remove(alert: string, handler: string): void {
    const place = placeOf(handler, alert);
    this.#groups.get(this.#places.get(place) ?? '')?.alerts.delete(alert);
    this.#places.delete(place);
  }

  /** How many groups there are; one that was told is remembered until it may be told again. */
  get size(): number {
    return this.#groups.size;
  }

  /** Ids of the alerts that wait to be told. */
  waiting(): ReadonlySet<string> {
    return new Set([...this.#groups.values()].flatMap(({ alerts }) => [...alerts]));
  }

  #end(name: string): void {
    const group = this.#groups.get(name);
    if (!group) return;
    const { alerts, handler, group: values, intervalMs } = group;
    if (alerts.size === 0) {
      this.#groups.delete(name);
      return;
    }
    for (const alert of alerts) this.#places.delete(placeOf(handler, alert));
    group.alerts = new Set();
    group.sent = this.#clock.now();
    // Looks once more after the interval, to forget a group that nothing joined.
    this.#agenda.in(intervalMs, name, () => this.#end(name));
    this.#flush({ handler, alerts, group: values });
  }
}

const placeOf = (handler: string, alert: string): string => JSON.stringify([handler, alert]);

/** Whether alerts of more than one node may be in one message. */
export const isOverNodes = ({ groupBy }: Pick<Together, 'groupBy'>): boolean =>
  !groupBy.includes('node') && !groupBy.includes(EACH);

function groupOf(alert: Alert, { groupBy }: Together): ReadonlyMap<string, string> {
  const fields = groupBy.filter((field) => field !== EACH);
  return new Map(fields.map((field) => [field, field === 'node' ? alert.node.name : fieldOf(field)(alert).join(', ')]));
}
