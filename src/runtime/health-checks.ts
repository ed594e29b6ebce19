/** How health checks and checks of the agent stand for each other. Pure. */
import { writtenAction } from '../health/written-checks.ts';
import type { CheckRecord, CheckResult, ShownState } from '../model/check.ts';
import type { ActionDoc, HealthOutcome, HealthRecord } from '../model/health.ts';
import type { PackObject, Yaml, YamlMap } from '../model/pack.ts';
import type { Target } from '../repair/repair-world.ts';

/** The check of the agent that a health check is. */
export const checkIdOf = ({ service, name }: Pick<HealthRecord, 'service' | 'name'>): string =>
  `health.${service}.${name}`;

/** It is written nowhere, and counts as if it were in the configuration of this node. */
export function checkObjectOf(record: HealthRecord, attempts: number): PackObject {
  const { service, name, intervalMs } = record;
  return {
    type: 'check',
    id: checkIdOf(record),
    packName: 'health',
    packLevel: 'local',
    file: '',
    line: 0,
    definition: {
      mob: { service, check: name },
      interval: Math.max(1, intervalMs / 1_000),
      if_group: '*',
      display_name: `${service} ${name}`,
      service,
      max_attempts: attempts,
    },
  };
}

const STATES = {
  healthy: 'ok',
  quasi: 'warning',
  unhealthy: 'critical',
  broken: 'unknown',
  pending: 'unknown',
} as const;

/** The result of the agent's check for one of the health check. */
export function checkResultOf({ outcome, description, detail }: HealthRecord): CheckResult {
  const [first = '', ...rest] = detail.split('\n');
  const output = outcome === 'healthy' ? 'OK' : outcome === 'broken' ? first : description;
  return { state: STATES[outcome], output, longOutput: rest.join('\n') };
}

const OUTCOMES: Readonly<Record<ShownState, HealthOutcome>> = {
  ok: 'healthy',
  warning: 'quasi',
  critical: 'unhealthy',
  unknown: 'unhealthy',
  pending: 'pending',
};
const CODES: Readonly<Record<ShownState, number | null>> = {
  ok: 0,
  warning: 1,
  critical: -1,
  unknown: -1,
  pending: null,
};

/** A check of the agent that belongs to a service, as that service shows it. */
export function targetOfCheck(check: CheckRecord, definition: YamlMap): Target & { readonly description: string } {
  const { id, hardState, output, service } = check;
  const outcome = OUTCOMES[hardState];
  const { handlers } = definition;
  return {
    ...{ service, check: id, outcome, code: CODES[hardState] },
    description: outcome === 'healthy' ? '' : output,
    actions: outcome === 'healthy' ? [] : actionsIn(definition['repair']),
    ...(handlers !== undefined && { handlers: [handlers].flat().map(String) }),
  };
}

/** A health check as a target of repairs. */
export const targetOfHealth = ({ service, name, outcome, code, actions }: HealthRecord): Target => ({
  ...{ service, check: name, outcome, code },
  actions: outcome === 'quasi' || outcome === 'unhealthy' ? actions : [],
});

/** The actions below `repair` of a check: maps with a name, or maps from one name to what it is. */
function actionsIn(written: Yaml | undefined): ActionDoc[] {
  if (written === undefined || written === null) return [];
  return [written].flat().flatMap((each) => actionIn(each));
}

function actionIn(written: Yaml): ActionDoc[] {
  if (!isMap(written)) return [];
  const { name, ...rest } = written;
  if (typeof name === 'string') return [writtenAction(name, rest)];
  return Object.entries(written).flatMap(([key, value]) => (isMap(value) ? [writtenAction(key, value)] : []));
}

const isMap = (value: Yaml): value is YamlMap => typeof value === 'object' && value !== null && !Array.isArray(value);
