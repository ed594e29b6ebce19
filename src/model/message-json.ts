import type { Message } from './alert.ts';
import { alertRecord } from './alert-record.ts';

/** A message as programs outside are told of it, version 1. */
export function messageJson({ id, action, alerts, more, group, sender, isTest }: Message): Record<string, unknown> {
  return {
    version: 1,
    delivery: id,
    action,
    ...(isTest && { test: true }),
    agent: agentJson(sender),
    alerts: alerts.map(alertRecord),
    more,
    group: Object.fromEntries(group),
    url: alerts[0]?.url ?? '',
  };
}

const agentJson = ({ name, uuid, zone, version }: Message['sender']) => ({ name, uuid, zone, version });
