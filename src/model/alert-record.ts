/** An alert as programs get it: by the API, the websocket and webhooks, and in expressions that choose alerts. */
import type { Acknowledgement, Alert } from './alert.ts';

/** The names of the fields of an alert record, for expressions over it. */
export const ALERT_FIELDS = [
  'id',
  'key',
  'kind',
  'node',
  'name',
  'display_name',
  'pack',
  'labels',
  'severity',
  'state',
  'state_id',
  'old_state',
  'status',
  'output',
  'long_output',
  'perfdata',
  'started',
  'fired',
  'updated',
  'resolved',
  'notified',
  'step',
  'acked',
  'silenced',
  'maintenance',
  'suppressed_by',
  'flapping',
  'runbook',
  'notes',
  'attempt',
  'max_attempts',
  'repair',
  'url',
  'why',
] as const;

/** An acknowledgement as JSON; times are epoch seconds. */
export interface AcknowledgementRecord {
  readonly by: string;
  readonly comment: string;
  readonly at: number;
  readonly until: number | null;
  readonly sticky: boolean;
}

/** An alert as JSON; times are epoch seconds with milliseconds, `null` for what has not happened. */
export const alertRecord = (alert: Alert) => ({
  id: alert.id,
  key: alert.key,
  kind: alert.kind,
  node: {
    uuid: alert.node.uuid,
    name: alert.node.name,
    display_name: alert.node.displayName,
    addr: alert.node.address,
    zone: alert.node.zone,
    groups: [...alert.node.groups],
  },
  name: alert.name,
  display_name: alert.displayName,
  pack: alert.pack,
  labels: Object.fromEntries(alert.labels),
  severity: alert.severity,
  state: alert.state,
  state_id: alert.stateId,
  old_state: alert.oldState,
  status: alert.status,
  output: alert.output,
  long_output: alert.longOutput,
  perfdata: [...alert.perfdata],
  started: seconds(alert.started),
  fired: secondsOrNull(alert.fired),
  updated: seconds(alert.updated),
  resolved: secondsOrNull(alert.resolved),
  notified: Object.fromEntries(
    [...alert.notified].map(([handler, { state, at, count }]) => [handler, { state, at: seconds(at), count }]),
  ),
  step: alert.step,
  acked: alert.acked && acknowledgementRecord(alert.acked),
  silenced: [...alert.silenced],
  maintenance: alert.maintenance,
  suppressed_by: [...alert.suppressedBy],
  flapping: alert.flapping,
  runbook: alert.runbook,
  notes: alert.notes ?? '',
  attempt: alert.attempts?.count ?? null,
  max_attempts: alert.attempts?.needed ?? null,
  repair: [...alert.repair],
  url: alert.url,
  why: alert.why,
});

/** What `alertRecord` gives. */
export type AlertRecord = ReturnType<typeof alertRecord>;

const acknowledgementRecord = ({ by, comment, at, until, sticky }: Acknowledgement): AcknowledgementRecord => ({
  by,
  comment,
  at: seconds(at),
  until: secondsOrNull(until),
  sticky,
});

const seconds = (ms: number): number => ms / 1_000;
const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
