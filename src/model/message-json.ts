import type { Alert, Message } from './alert.ts';

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

/** An alert as programs outside are told of it: times in epoch seconds with milliseconds. */
export function alertJson(alert: Alert): Record<string, unknown> {
  const { node, acked } = alert;
  const { uuid, name, displayName, address, zone, groups } = node;
  return {
    id: alert.id,
    key: alert.key,
    kind: alert.kind,
    node: { uuid, name, display_name: displayName, addr: address, zone, groups },
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
    perfdata: alert.perfdata,
    started: seconds(alert.started),
    fired: seconds(alert.fired),
    updated: seconds(alert.updated),
    resolved: seconds(alert.resolved),
    notified: Object.fromEntries(
      [...alert.notified].map(([id, { state, at, count }]) => [id, { state, at: seconds(at), count }]),
    ),
    step: alert.step,
    acked: acked && { ...acked, at: seconds(acked.at), until: seconds(acked.until) },
    silenced: alert.silenced,
    maintenance: alert.maintenance,
    suppressed_by: alert.suppressedBy,
    flapping: alert.flapping,
    runbook: alert.runbook,
    repair: alert.repair,
    url: alert.url,
    why: alert.why,
  };
}

/** A message as programs outside are told of it, version 1. */
export function messageJson({ id, action, alerts, more, group, sender, isTest }: Message): Record<string, unknown> {
  return {
    version: 1,
    delivery: id,
    action,
    ...(isTest && { test: true }),
    agent: agentJson(sender),
    alerts: alerts.map(alertJson),
    more,
    group: Object.fromEntries(group),
    url: alerts[0]?.url ?? '',
  };
}

const agentJson = ({ name, uuid, zone, version }: Message['sender']) => ({ name, uuid, zone, version });
