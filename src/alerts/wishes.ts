import { parseDuration } from '../base/duration.ts';
import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { type GroupTest, groupTest } from '../expressions/group-test.ts';
import { ALERT_KINDS, type AlertKind } from '../model/alert.ts';
import { CHECK_STATES, type CheckState } from '../model/check.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import type { Case } from './case.ts';

const TIMEOUT_MS = 30_000;
const RETRY_FOR_MS = 86_400_000;
const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
const RATE = { count: 30, perMs: 60_000 };

/** What every handler may be asked for, whatever its kind. Durations are milliseconds. */
export interface Wishes {
  /** New severities that it is told of. */
  readonly severities: ReadonlySet<CheckState>;
  readonly events: ReadonlySet<AlertKind>;
  /** Groups of this node with which it tells. */
  readonly isOnIn: GroupTest;
  /** Groups of the node of an alert. */
  readonly isForIn: GroupTest;
  readonly rate: { readonly count: number; readonly perMs: number };
  readonly timeoutMs: number;
  readonly retryForMs: number;
  readonly isEndTold: boolean;
  readonly isAckTold: boolean;
}

/** Reads the common keys of a handler. Throws `invalid_config` or `expression` saying what is wrong. */
export function wishesOf(fields: YamlMap): Wishes {
  const { severities, events, enabled, enabled_if_group, if_group, send_resolved, notify_ack } = fields;
  const isOn = enabled ?? enabled_if_group === undefined;
  return {
    severities: new Set(choicesOf(severities, CHECK_STATES, 'state of a check')),
    events: new Set(choicesOf(events, ALERT_KINDS, 'kind of alert')),
    isOnIn: isOn === true ? () => true : testOf(enabled_if_group ?? false),
    isForIn: testOf(if_group ?? true),
    rate: rateOf(fields['rate']),
    timeoutMs: durationOf(fields['timeout']) ?? TIMEOUT_MS,
    retryForMs: durationOf(fields['retry_for']) ?? RETRY_FOR_MS,
    isEndTold: send_resolved !== false,
    isAckTold: notify_ack !== false,
  };
}

/** Why a handler is not for an alert as it stands; empty when it is. `groups` are those of this node. */
export function refusal(wishes: Wishes, { alert, handlers, severities }: Case, named: Named): string {
  const { handler, groups } = named;
  if (handlers && !handlers.includes(handler)) return 'is not among the handlers of the check';
  if (!wishes.isOnIn(groups)) return 'is switched off on this node';
  if (!wishes.events.has(alert.kind)) return `is not told of alerts of kind ${alert.kind}`;
  if (!wishes.isForIn(new Set(alert.node.groups))) return 'is not for the groups of the node';
  if (severities && !severities.includes(alert.severity)) return `${alert.severity} of this check is not told`;
  if (!wishes.severities.has(alert.severity)) return `does not want severity ${alert.severity}`;
  return '';
}

interface Named {
  readonly handler: string;
  readonly groups: ReadonlySet<string>;
}

/** Whether who was told of the problem is told of its end. */
export const wantsEnd = ({ severities, isEndTold }: Wishes, of: Case): boolean =>
  isEndTold && severities.has('ok') && (of.severities?.includes('ok') ?? true);

function choicesOf<Choice extends string>(
  written: Yaml | undefined,
  choices: readonly Choice[],
  what: string,
): Choice[] {
  if (written === undefined || written === null) return [...choices];
  return [written].flat().map((each) => {
    const choice = choices.find((known) => known === each);
    if (choice !== undefined) return choice;
    throw new OpsbroError('invalid_config', `"${String(each)}" is no ${what}${didYouMean(String(each), choices)}`);
  });
}

function testOf(written: Yaml): GroupTest {
  if (typeof written === 'boolean') return () => written;
  return groupTest([written].flat().map(String));
}

function durationOf(written: Yaml | undefined): number | undefined {
  return typeof written === 'string' || typeof written === 'number' ? parseDuration(written) : undefined;
}

function rateOf(written: Yaml | undefined): Wishes['rate'] {
  if (written === undefined || written === null) return RATE;
  const [, count, unit = ''] = /^(\d+)\/([smh])$/.exec(String(written)) ?? [];
  const perMs = UNITS.get(unit);
  if (count !== undefined && Number(count) > 0 && perMs !== undefined) return { count: Number(count), perMs };
  throw new OpsbroError('invalid_config', `"${String(written)}" is no rate; write such as 30/m`);
}
