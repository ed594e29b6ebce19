/** Which alerts a silence or a maintenance window is about. */

import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import { matchesAny } from '../../base/glob.ts';
import { compile } from '../../expressions/compile.ts';
import type { Compiled, FunctionTable, Scope } from '../../expressions/contract.ts';
import type { Alert, AlertNode } from '../../model/alert.ts';
import { ALERT_FIELDS, alertRecord } from '../../model/alert-record.ts';
import type { Maintenance, Silence } from './entry.ts';

/** What expressions over alerts are made with: functions that see their arguments only. */
export interface AlertLanguage {
  readonly functions: FunctionTable<never>;
  readonly clock: Clock;
}

/** Whether an alert is meant. */
export type AlertTest = (alert: Alert) => boolean;

const LABEL = 'label.';
const PURE: ReadonlySet<'pure'> = new Set(['pure']);
const FIELDS: ReadonlySet<string> = new Set(ALERT_FIELDS);
/** Nothing in such an expression waits. */
const ENDLESS = new AbortController().signal;

/** The test of a silence. Throws `expression` when its expression cannot be read. */
export function silenceTest({ matchers, if: condition }: Silence, language: AlertLanguage): AlertTest {
  const parts = Object.entries(matchers);
  const isMeant = condition === '' ? () => true : conditionTest(condition, language);
  return (alert) => parts.every(([name, patterns]) => fits(name, patterns, alert)) && isMeant(alert);
}

/** Whether a node is among those in maintenance. */
export function isMaintained({ of, name }: Maintenance, node: AlertNode): boolean {
  switch (of) {
    case 'node':
      return name === node.uuid || name === node.name;
    case 'group':
      return node.groups.includes(name);
    case 'zone':
      return node.zone === name;
  }
}

function fits(name: string, patterns: readonly string[], alert: Alert): boolean {
  // That a problem is over has no severity of its own: it goes with the problem.
  if (name === 'severity' && alert.severity === 'ok') return true;
  return valuesOf(name, alert).some((value) => matchesAny(patterns, value));
}

function valuesOf(name: string, alert: Alert): readonly string[] {
  const { kind, node, labels, pack, severity } = alert;
  if (name.startsWith(LABEL)) {
    const value = labels.get(name.slice(LABEL.length));
    return value === undefined ? [] : [value];
  }
  switch (name) {
    case 'check':
      return kind === 'check' ? [alert.name] : [];
    case 'service':
      return kind === 'service' || kind === 'zone_service' ? [alert.name] : [];
    case 'node':
      return [node.uuid, node.name];
    case 'pack':
      return [pack];
    case 'kind':
      return [kind];
    case 'group':
      return node.groups;
    case 'zone':
      return [node.zone];
    case 'severity':
      return [severity];
    default:
      return [];
  }
}

/** The test of an expression over the fields of alerts: what cannot be worked out for one does not fit it. Throws `expression`. */
export function conditionTest(text: string, { functions, clock }: AlertLanguage): AlertTest {
  const compiled: Compiled<never> = compile(text, { functions, fields: FIELDS, allowed: PURE });
  const [wrong] = compiled.warnings;
  if (wrong)
    throw new OpsbroError('expression', wrong.message, { details: { code: wrong.code, offset: wrong.offset } });
  return (alert) => {
    const scope: Scope = {
      read: () => ({ found: false, reason: 'an expression over alerts sees their fields only' }),
      record: withoutNulls(alertRecord(alert)),
      clock,
      signal: ENDLESS,
    };
    // Pure functions do not look at the scope, whatever they were declared for.
    const outcome = compiled.evaluate(scope as never, 'condition');
    return !(outcome instanceof Promise) && outcome.type === 'value' && outcome.truth;
  };
}

const withoutNulls = (record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
