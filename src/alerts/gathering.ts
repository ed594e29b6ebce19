/** Alerts of several nodes that come in one message: one node of the zone gathers what the others hand to it. */
import { randomUUID } from 'node:crypto';
import { Agenda } from '../base/agenda.ts';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Shelf } from '../base/shelf.ts';
import { alertFromJson, alertToJson, isAlert } from './case-json.ts';
import type { Job, JobItem } from './job.ts';
import { type Gathered, MessageGroups, type Together } from './message-groups.ts';

/** Alerts that one node hands to another, which tells a handler of the same name of them. */
export interface Handed {
  readonly handler: string;
  readonly together: Together;
  readonly items: readonly JobItem[];
}

/** The other nodes of the zone, as far as alerts are gathered. */
export interface GatheringZone {
  /** Where alerts that were handed over outlive the process until they are in a message. */
  readonly shelf: Shelf;
  /** Whether there is any other node that may gather. */
  hasOthers(): boolean;
  /** Ids of the nodes that gather what has this key, the responsible one first; this node may be among them. */
  order(key: string): readonly string[];
  /** Hands alerts to another node; answers with its name when it keeps them, and with `undefined` when it does not. Never rejects. */
  give(node: string, handed: Handed): Promise<string | undefined>;
}

interface Waiting extends Omit<Handed, 'items'> {
  readonly item: JobItem;
}

interface GatheringOptions {
  readonly clock: Clock;
  readonly shelf: Shelf;
  /** Takes a message of what was gathered; it is on its shelf when this returns. */
  add(job: Job): void;
}

/** Alerts that may wait to be put together. */
const MOST_WAITING = 5_000;
/** Groups that may wait or be remembered: how long that is, up to a day, says who hands alerts over. */
const MOST_GROUPS = 5_000;

/** Keeps alerts that nodes of the zone handed to this one until those of a group are told in one message. */
export class Gathering implements Disposable {
  readonly #options: GatheringOptions;
  readonly #agenda: Agenda;
  readonly #groups: MessageGroups;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: GatheringOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options.clock);
    this.#groups = new MessageGroups(options.clock, this.#agenda, (gathered) => this.#flush(gathered));
  }

  /** Takes back what waited before a restart. */
  async load(): Promise<void> {
    const { shelf } = this.#options;
    for (const [key, kept] of await shelf.load()) {
      const waiting = fromJson(kept);
      if (waiting) this.#put(key, waiting);
      else shelf.delete(key);
    }
  }

  /**
   * Takes alerts over; resolves when they are on disk, so that who handed them over may forget them. Throws `too_many_requests` while too
   * many wait, or are of too many groups.
   */
  async take({ handler, together, items }: Handed): Promise<void> {
    if (this.#waiting.size + items.length > MOST_WAITING)
      throw new OpsbroError('too_many_requests', `${this.#waiting.size} alerts wait to be put together already`);
    if (this.#groups.size + items.length > MOST_GROUPS)
      throw new OpsbroError('too_many_requests', `${this.#groups.size} groups of alerts are remembered already`);
    for (const item of items) {
      const key = keyOf(handler, item.alert.id);
      const next = joined(this.#waiting.get(key)?.item, item);
      if (next) this.#put(key, { handler, together, item: next });
      else this.#drop(key, handler, item.alert.id);
    }
    await this.#options.shelf.flushed();
  }

  [Symbol.dispose](): void {
    this.#agenda[Symbol.dispose]();
  }

  #put(key: string, waiting: Waiting): void {
    const { handler, together: way, item } = waiting;
    this.#waiting.set(key, waiting);
    this.#options.shelf.put(key, toJson(waiting));
    this.#groups.add(item.alert, { handler, way, isUrgent: false });
  }

  #drop(key: string, handler: string, alert: string): void {
    this.#waiting.delete(key);
    this.#options.shelf.delete(key);
    this.#groups.remove(alert, handler);
  }

  #flush({ handler, alerts, group }: Gathered): void {
    const { clock, shelf, add } = this.#options;
    const keys = [...alerts].map((alert) => keyOf(handler, alert));
    const items = keys.flatMap((key) => this.#waiting.get(key)?.item ?? []);
    const job = {
      id: randomUUID(),
      handler,
      items,
      group,
      created: clock.wall(),
      attempts: 0,
      error: '',
      isDead: false,
    };
    if (items.length > 0) add({ ...job, isGathered: true });
    for (const key of keys) {
      this.#waiting.delete(key);
      shelf.delete(key);
    }
    shelf.flush();
  }
}

/** What is to be told after something newer came; nothing when it began and ended while it waited. */
function joined(before: JobItem | undefined, item: JobItem): JobItem | undefined {
  if (!before || !isFirst(before)) return item;
  return item.action === 'resolved' ? undefined : { alert: item.alert, action: before.action };
}

const isFirst = ({ action }: JobItem): boolean => action === 'fired' || action === 'escalated';

const keyOf = (handler: string, alert: string): string => JSON.stringify([handler, alert]);

const toJson = ({ handler, together, item: { alert, action } }: Waiting) => ({
  ...{ handler, together, action },
  alert: alertToJson(alert),
});

function isTogether(kept: unknown): boolean {
  if (typeof kept !== 'object' || kept === null || !('groupBy' in kept && Array.isArray(kept.groupBy))) return false;
  return 'groupWaitMs' in kept && Number.isFinite(kept.groupWaitMs) && 'groupIntervalMs' in kept;
}

function fromJson(kept: unknown): Waiting | undefined {
  if (typeof kept !== 'object' || kept === null || !('alert' in kept && 'together' in kept)) return undefined;
  if (!isAlert(kept.alert) || !isTogether(kept.together)) return undefined;
  try {
    const { handler, together, action, alert } = kept as ReturnType<typeof toJson>;
    return { handler, together, item: { alert: alertFromJson(alert), action } };
  } catch {
    return undefined;
  }
}
