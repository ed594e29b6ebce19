/** Health checks that are written in YAML instead of code. Pure. */
import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { duration } from '../config/fields.ts';
import { type CheckResult, stateId } from '../model/check.ts';
import type { ActionDoc } from '../model/health.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import type { Diagnosis, LoadedCheck } from './protocol.ts';
import { writtenParameter } from './written-parameter.ts';

/** Exit code or number of the state of a check, and what Check() would answer. */
const CODES: Readonly<Record<string, number>> = { 0: 0, 1: 1, 2: -1, 3: -2 };
const KINDS = ['script', 'http', 'tcp', 'maas'] as const;

const map = z.custom<YamlMap>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

const Entry = z.strictObject({
  description: z.string().default(''),
  actions: z.array(z.string()).default([]),
});

const Written = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_][\w.-]{0,127}$/)
    .optional(),
  check: z.string().min(1).optional(),
  codes: z.record(z.string().regex(/^\d{1,3}$/), z.number()).default({}),
  interval: duration(1_000).optional(),
  timeout: duration(1).optional(),
  failures_before_unhealthy: z.int().min(1).max(100).optional(),
  diagnose: z.record(z.string(), Entry).default({}),
  repair: z.record(z.string().regex(/^[A-Za-z_]\w{0,127}$/), map).default({}),
});
type Written = z.output<typeof Written>;

/** A check of a file, understood. */
export interface WrittenCheck extends LoadedCheck {
  /** What the agent's own kinds of checks run. */
  readonly definition: YamlMap;
  readonly written: Written;
}

/** The checks of a document, which holds one or a list of them. Throws `invalid_config`. */
export function writtenChecks(value: Yaml, stem: string): WrittenCheck[] {
  const list = Array.isArray(value) ? (value as readonly Yaml[]) : [value];
  return list.map((each) => writtenCheck(each, stem));
}

function writtenCheck(value: Yaml, stem: string): WrittenCheck {
  const read = Written.safeParse(value);
  if (!read.success) {
    const { path = [], message = '' } = read.error.issues[0] ?? {};
    throw new OpsbroError('invalid_config', `${path.join('.') || 'the check'}: ${message}`);
  }
  const written = read.data;
  const definition = definitionOf(written, value as YamlMap);
  for (const { actions } of Object.values(written.diagnose)) {
    const unknown = actions.find((name) => !Object.hasOwn(written.repair, name));
    if (unknown !== undefined)
      throw new OpsbroError('invalid_config', `diagnose names "${unknown}", which is not below repair`);
  }
  const seconds = (ms: number | undefined) => (ms === undefined ? null : ms / 1_000);
  return {
    name: written.name ?? stem,
    interval: seconds(written.interval),
    timeout: seconds(written.timeout),
    failures: written.failures_before_unhealthy ?? null,
    definition,
    written,
  };
}

function definitionOf(written: Written, value: YamlMap): YamlMap {
  if (written.check !== undefined) return { critical_if: `not (${written.check})` };
  const kind = KINDS.find((key) => value[key] !== undefined);
  if (!kind)
    throw new OpsbroError('invalid_config', `the check has nothing to run; write one of check, ${KINDS.join(', ')}`);
  const { name: _, codes: _codes, diagnose: _diagnose, repair: _repair, ...fields } = value;
  const further = Object.entries(written.codes).filter(([exit]) => !Object.hasOwn(CODES, exit));
  const states = Object.fromEntries(further.map(([exit, code]) => [exit, stateFor(code)]));
  return kind === 'script' && further.length > 0 ? { ...fields, codes: states } : fields;
}

const stateFor = (code: number): string => (code === 0 ? 'ok' : code > 0 ? 'warning' : 'critical');

/** What Check() would answer for this result. */
export const codeFor = ({ written }: WrittenCheck, { state }: CheckResult): number => {
  const id = String(stateId(state));
  return written.codes[id] ?? CODES[id] ?? -2;
};

/** What Diagnose() would answer for this code. */
export function diagnosisOf({ written }: WrittenCheck, code: number, result: CheckResult): Diagnosis {
  const entry = written.diagnose[String(code)] ?? written.diagnose['default'];
  const { description = result.output, actions = [] } = entry ?? {};
  return {
    description: result.state === 'unknown' && entry ? `${description} (${result.output})` : description,
    actions: actions.map((name) => writtenAction(name, written.repair[name] ?? {})),
  };
}

/** An action that is written down as a map: what it runs, what it takes, its options. */
export function writtenAction(name: string, written: YamlMap): ActionDoc {
  const { description, params, ...options } = written;
  const isMap = typeof params === 'object' && params !== null && !Array.isArray(params);
  return {
    name,
    info: typeof description === 'string' ? description : null,
    parameters: isMap ? Object.entries(params).map(([key, value]) => writtenParameter(key, value)) : [],
    takesRest: false,
    takesAnyName: false,
    options: isMap ? { ...options, params } : options,
  };
}
