import type { Alert, AlertAction, Message } from '../model/alert.ts';
import type { CheckState } from '../model/check.ts';
import { alertFromJson, alertToJson } from './case-json.ts';
import type { Together } from './message-groups.ts';

/** One alert of a message: as it was when the message was made. */
export interface JobItem {
  readonly alert: Alert;
  readonly action: AlertAction;
}

/** A message on its way to a handler. */
export interface Job {
  readonly id: string;
  readonly handler: string;
  readonly items: readonly JobItem[];
  /** By what they were put together. */
  readonly group: ReadonlyMap<string, string>;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly attempts: number;
  /** Why the last attempt failed; empty before the first. */
  readonly error: string;
  /** It was given up. */
  readonly isDead: boolean;
  /** It only is to show whether the way works; left out for every other. */
  readonly isTest?: true;
  /** A node of the zone puts it together with what others have; left out for what this node tells by itself. */
  readonly gather?: Together;
  /** Nodes of the zone handed its alerts to this one, and remember by themselves who was told; left out for every other. */
  readonly isGathered?: true;
}

/** Alerts that one message lists; of further ones it tells the number. */
const MOST_LISTED = 100;

const GRAVITY: Readonly<Record<CheckState, number>> = { critical: 3, unknown: 2, warning: 1, ok: 0 };

/** The message of a job. */
export function messageOf({ id, items, group, created, isTest }: Job, sender: Message['sender']): Message {
  const sorted = [...items].sort((a, b) => GRAVITY[b.alert.severity] - GRAVITY[a.alert.severity]);
  return {
    id,
    action: sorted[0]?.action ?? 'fired',
    alerts: sorted.slice(0, MOST_LISTED).map(({ alert }) => alert),
    more: Math.max(0, sorted.length - MOST_LISTED),
    group: items.length > 1 ? group : new Map(),
    sender,
    at: created,
    isTest: isTest === true,
  };
}

/** Two messages as one; of an alert that is in both the newer counts. */
export function merged(into: Job, other: Job): Job {
  const items = new Map([...into.items, ...other.items].map((item) => [item.alert.id, item]));
  const group = [...into.group].filter(([key, value]) => other.group.get(key) === value);
  const { gather, ...rest } = into;
  const isForZone = gather !== undefined && other.gather !== undefined;
  return { ...rest, items: [...items.values()], group: new Map(group), ...(isForZone && { gather }) };
}

/** A job as it is kept on disk. */
export const jobToJson = (job: Job) => ({
  ...job,
  items: job.items.map(({ alert, action }) => ({ alert: alertToJson(alert), action })),
  group: [...job.group],
});

/** The job that was kept; `undefined` when it is none. */
export function jobFromJson(kept: unknown): Job | undefined {
  if (!isKeptJob(kept)) return undefined;
  try {
    const items = kept.items.map(({ alert, action }) => ({ alert: alertFromJson(alert), action }));
    return { ...kept, items, group: new Map(kept.group) };
  } catch {
    return undefined;
  }
}

function isKeptJob(kept: unknown): kept is ReturnType<typeof jobToJson> {
  if (typeof kept !== 'object' || kept === null) return false;
  if (!('id' in kept && 'handler' in kept && 'items' in kept && 'group' in kept)) return false;
  return Array.isArray(kept.items) && Array.isArray(kept.group) && kept.items.length > 0;
}
