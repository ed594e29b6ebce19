import { systemClock } from '../base/clock.ts';
import { shortAge } from '../base/duration.ts';
import type { Api } from '../http/api.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

type Alert = Api['GET /monitoring/alerts']['answer'][number];

/** The columns of a table of alerts. */
export const ALERT_COLUMNS = [
  { title: 'SINCE' },
  { title: 'NODE' },
  { title: 'WHAT' },
  { title: 'STATE' },
  { title: 'SENT TO' },
  { title: 'ACKED BY' },
  { title: 'ID' },
] as const;

/** The cells of an alert in such a table. */
export function alertCells(alert: Alert, terminal: Terminal) {
  const sent = Object.entries(alert.notified).filter(([, { state }]) => state === 'sent' || state === 'resolved');
  const marks = marksOf(alert);
  return [
    terminal.time(alert.started * 1_000),
    escaped(alert.node.display_name === '' ? alert.node.name : alert.node.display_name),
    escaped(alert.name === '' ? alert.kind : alert.name),
    [alert.state.toUpperCase(), ...marks].join(' '),
    escaped(sent.map(([handler]) => handler).join(', ')),
    escaped(alert.acked?.by ?? ''),
    alert.id,
  ];
}

/** What is to be said of an alert beside its state, each in brackets. */
export function marksOf(alert: Alert): string[] {
  return [
    ...(alert.status === 'firing' ? [] : [`(${alert.status})`]),
    ...(alert.acked === null ? [] : ['(acknowledged)']),
    ...(alert.silenced.length === 0 ? [] : ['(silenced)']),
    ...(alert.maintenance === null ? [] : ['(maintenance)']),
    ...(alert.suppressed_by.length === 0 ? [] : [`(suppressed by ${escaped(alert.suppressed_by.join(', '))})`]),
    ...(alert.flapping ? ['(flapping)'] : []),
  ];
}

/** All there is to know of an alert, a line each. */
export function alertLines(alert: Alert, terminal: Terminal): string[] {
  const { node, acked } = alert;
  const time = (seconds: number) => terminal.time(seconds * 1_000);
  const facts: [string, string][] = [
    ['id', alert.id],
    ['what', [alert.kind, alert.name].filter((part) => part !== '').join(' ')],
    ['node', `${node.name} (${node.addr}, zone ${node.zone})`],
    ['state', [alert.state.toUpperCase(), ...marksOf(alert)].join(' ')],
    ['since', `${time(alert.started)} (${shortAge(systemClock.wall() - alert.started * 1_000)})`],
    ['ended', alert.resolved === null ? '' : time(alert.resolved)],
    ['output', alert.output],
    ['why', alert.why],
    ['acknowledged', acked === null ? '' : acknowledged(acked, time)],
    ['silenced by', alert.silenced.join(', ')],
    ['maintenance', alert.maintenance ?? ''],
    ['runbook', alert.runbook],
    ['repair', alert.repair.join(', ')],
    ['url', alert.url],
  ];
  const told = Object.entries(alert.notified).map(
    ([handler, { state, at, count }]) => ` - ${escaped(handler)}: ${state} at ${time(at)} (${count})`,
  );
  return [
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => ` - ${name}: ${escaped(value)}`),
    ...(told.length === 0 ? [' - nobody was told'] : ['told:', ...told]),
  ];
}

function acknowledged(
  { by, comment, at, until }: NonNullable<Alert['acked']>,
  time: (seconds: number) => string,
): string {
  const end = until === null ? '' : ` until ${time(until)}`;
  return `by ${by === '' ? 'somebody' : by} at ${time(at)}${end}${comment === '' ? '' : `: ${comment}`}`;
}
