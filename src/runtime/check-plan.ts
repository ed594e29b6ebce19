import { parseDuration } from '../base/duration.ts';
import { OpsbroError } from '../base/errors.ts';
import type { GroupTest } from '../expressions/group-test.ts';
import type { PackObject, Yaml, YamlMap } from '../model/pack.ts';
import type { Check, RunCheck, Waiting } from '../plugins/kinds.ts';
import { applicability } from './applicability.ts';
import type { Attempts } from './check-state.ts';
import { type CheckTraits, mapIn, traitsOf } from './check-traits.ts';
import { collectorsIn } from './collectors-in.ts';
import type { Digested } from './configuration.ts';
import { readThresholds, type Threshold } from './thresholds.ts';

const INTERVAL_MS = 10_000;
const LEAST_INTERVAL_MS = 1_000;
const MAX_ATTEMPTS = 100;
/** Objects of old form, written in the local configuration itself, run everywhere unless they say otherwise. */
const LOCAL_PACK = 'local';

/** A check object of a pack, and the parameters of that pack. */
export interface WrittenCheck extends Digested {
  readonly object: PackObject;
  readonly parameters: YamlMap;
}

/** `code` tells versions of the code of packs apart that checks run. */
export const writtenCheck = (object: PackObject, parameters: YamlMap, code = ''): WrittenCheck => ({
  object,
  parameters,
  digest: JSON.stringify([object.definition, parameters, code]),
});

/** All that a check of this node is, as it was written, understood. */
export interface CheckPlan extends WrittenCheck, CheckTraits {
  readonly id: string;
  readonly displayName: string;
  /** The plugin at work. */
  readonly plugin: Check;
  readonly run: RunCheck;
  /** What makes a state comparable with a former one: as long as it is the same, the state lasts over a reload. */
  readonly nature: string;
  readonly appliesIn: GroupTest;
  readonly intervalMs: number;
  readonly retryMs: number;
  readonly timeoutMs: number;
  readonly attempts: Attempts;
  /** Names and expressions, in file order. */
  readonly variables: readonly (readonly [string, string])[];
  /** Names of the collectors it reads. */
  readonly collectors: ReadonlySet<string>;
  readonly thresholds: ReadonlyMap<string, Threshold>;
  /** Results come from elsewhere, and it waits for them so. */
  readonly waiting: Waiting | undefined;
}

/** Understands a check. Throws `invalid_config` or `bad_request` saying what is wrong. */
export function checkPlan(written: WrittenCheck, plugins: Iterable<Check>): CheckPlan {
  const { definition, id } = written.object;
  const plugin = kindOf(definition, plugins);
  const intervalMs = Math.max(LEAST_INTERVAL_MS, durationOf(definition, 'interval') ?? INTERVAL_MS);
  const { display_name } = definition;
  return {
    ...written,
    ...traitsOf(definition),
    id,
    displayName: display_name === undefined ? (id.split('/').at(-1) ?? id) : String(display_name),
    plugin,
    run: plugin.configure(definition),
    nature: natureOf(definition, plugin),
    appliesIn: whereItApplies(written.object),
    intervalMs,
    retryMs: Math.max(LEAST_INTERVAL_MS, durationOf(definition, 'retry_interval') ?? intervalMs),
    timeoutMs: durationOf(definition, 'timeout') ?? plugin.timeoutMs,
    attempts: attemptsOf(definition),
    variables: Object.entries(mapIn(definition, 'variables')).map(([name, text]) => [name, String(text)] as const),
    collectors: collectorsIn(definition),
    thresholds: readThresholds(mapIn(definition, 'perf_thresholds')),
    waiting: plugin.waiting?.(definition),
  };
}

/** The kinds whose fields are there; the first is the one at work. */
export const kindsOf = (definition: YamlMap, plugins: Iterable<Check>): Check[] =>
  [...plugins]
    .filter(({ fields }) => fields.some((field) => isSet(definition[field])))
    .sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));

function kindOf(definition: YamlMap, plugins: Iterable<Check>): Check {
  const [first] = kindsOf(definition, plugins);
  if (first) return first;
  const fields = [...plugins].flatMap((plugin) => plugin.fields).join(', ');
  throw new OpsbroError('invalid_config', `check has nothing to run; write one of ${fields}`);
}

const isSet = (value: Yaml | undefined): boolean =>
  value !== undefined && value !== null && value !== '' && value !== false;

/** A kind that is chosen by a single field runs what this field says; a kind that has several is judged anew by the same data. */
function natureOf(definition: YamlMap, { name, fields }: Check): string {
  return JSON.stringify([name, fields.length === 1 ? definition[fields[0] ?? ''] : null]);
}

function whereItApplies({ definition, packName }: PackObject): GroupTest {
  const { if_group } = definition;
  if (if_group !== undefined) return applicability(if_group);
  return () => packName === LOCAL_PACK;
}

function attemptsOf(definition: YamlMap): Attempts {
  const { max_attempts, recovery_attempts } = definition;
  const each = mapIn(definition, 'max_attempts');
  const all = typeof max_attempts === 'number' ? max_attempts : 1;
  const [warning, critical, unknown] = ['warning', 'critical', 'unknown'].map((state) => bounded(each[state] ?? all));
  const problem = { ok: 1, warning: warning ?? 1, critical: critical ?? 1, unknown: unknown ?? 1 };
  return { problem, recovery: bounded(recovery_attempts ?? 1) };
}

function bounded(written: Yaml): number {
  const count = Number(written);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_ATTEMPTS) return count;
  throw new OpsbroError('invalid_config', `"${String(written)}" is no number of attempts; write 1 to ${MAX_ATTEMPTS}`);
}

function durationOf(definition: YamlMap, key: string): number | undefined {
  const written = definition[key];
  if (written === undefined || written === null) return undefined;
  if (typeof written === 'string' || typeof written === 'number') return parseDuration(written);
  throw new OpsbroError('invalid_config', `${key}: expected a duration such as 10s`);
}
