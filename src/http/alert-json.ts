import type { z } from 'zod';
import { type Maintenance, phaseOf, type Silence } from '../alerts/mutes/entry.ts';
import type { HandlerRecord, QueuedMessage, RouteExplanation, TestOutcome } from '../model/handler.ts';
import type { AlertingPart, TakenMute } from './parts.ts';
import type {
  HandlerJson,
  MaintenanceJson,
  QueuedMessageJson,
  RouteJson,
  SilenceJson,
  TestedHandlerJson,
} from './schemas/alerts.ts';

/** A silence as the API shows it at `now`, epoch milliseconds. */
export const silenceJson = (silence: Silence, fits: number, now: number): z.input<typeof SilenceJson> => ({
  ...entryJson(silence, now),
  matchers: silence.matchers,
  if: silence.if,
  mute_recovery: silence.isEndMuted,
  fits,
});

/** A maintenance window as the API shows it. */
export const maintenanceJson = (entry: Maintenance, now: number): z.input<typeof MaintenanceJson> => ({
  ...entryJson(entry, now),
  node: entry.of === 'node' ? entry.name : null,
  group: entry.of === 'group' ? entry.name : null,
  zone: entry.of === 'zone' ? entry.name : null,
  drain: entry.drain,
});

/** How far an entry that was taken got. */
export const takenJson = ({ nodes, missed }: TakenMute) => ({ replicated: false, nodes, missed: [...missed] });

/** A silence that was taken, as the API shows it. Throws when it is none. */
export function takenSilence(taken: TakenMute, alerting: AlertingPart, now: number) {
  if (taken.entry.type !== 'silence') throw new Error('a silence was expected');
  return { ...silenceJson(taken.entry, alerting.fitting(taken.entry.id), now), ...takenJson(taken) };
}

/** A maintenance window that was taken, as the API shows it. Throws when it is none. */
export function takenMaintenance(taken: TakenMute, now: number) {
  if (taken.entry.type !== 'maintenance') throw new Error('a maintenance window was expected');
  return { ...maintenanceJson(taken.entry, now), ...takenJson(taken) };
}

/** A handler as the API shows it. */
export const handlerJson = (handler: HandlerRecord): z.input<typeof HandlerJson> => ({
  name: handler.id,
  type: handler.type,
  state: handler.state,
  error: handler.error,
  remark: handler.remark,
  pending: handler.pending,
  dead: handler.dead,
  sent: handler.sent,
  failed: handler.failed,
  dropped: handler.dropped,
  last_success: secondsOrNull(handler.lastSuccess),
  last_error: secondsOrNull(handler.lastFailure),
  seconds: handler.lastSeconds,
  rate_limited: handler.isHeldBack,
});

/** A message that waits, as the API shows it. */
export const queuedJson = ({ created, next, isDead, ...rest }: QueuedMessage): z.input<typeof QueuedMessageJson> => ({
  ...rest,
  alerts: [...rest.alerts],
  created: created / 1_000,
  next: secondsOrNull(next),
  dead: isDead,
});

/** What came of a test message, as the API shows it. */
export const testedJson = ({ handler, isDelivered, answer, ms }: TestOutcome): z.input<typeof TestedHandlerJson> => ({
  name: handler,
  delivered: isDelivered,
  answer,
  ms,
});

/** Who would be told, as the API shows it. */
export const routeJson = ({ ref, severity, routes, handlers }: RouteExplanation): z.input<typeof RouteJson> => ({
  ref,
  severity,
  routes: routes.map(({ number, isTaken, why }) => ({ number, taken: isTaken, why })),
  handlers: handlers.map(({ id, isTold, afterMs, why }) => ({ name: id, told: isTold, after: afterMs / 1_000, why })),
});

const entryJson = (entry: Silence | Maintenance, now: number) => ({
  id: entry.id,
  starts: entry.starts / 1_000,
  ends: (entry.isRemoved ? Math.min(entry.ends, entry.updated) : entry.ends) / 1_000,
  comment: entry.comment,
  by: entry.by,
  state: phaseOf(entry, now),
});

const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
