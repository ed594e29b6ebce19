import { CHECK_STATES, type CheckState } from '../model/check.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';

/** What is written of a check that matters for its alerts. */
export interface AlertTraits {
  readonly severityMap: ReadonlyMap<CheckState, CheckState>;
  readonly labels: ReadonlyMap<string, string>;
  readonly runbook: string;
  /** Left out when nothing is written. */
  readonly notes?: string;
  /** Names of the repair actions that are offered. */
  readonly repair: readonly string[];
  readonly handlers?: readonly string[];
  readonly severities?: readonly CheckState[];
}

/** Reads the definition of a check; what is no such thing is left out, as it was reported when it was read. */
export function alertTraits({
  severity_map,
  labels,
  runbook,
  repair,
  handlers,
  severities,
  ...rest
}: YamlMap): AlertTraits {
  const notes = rest['notes'] ?? rest['note'];
  return {
    severityMap: new Map(
      Object.entries(mapOf(severity_map)).flatMap(([from, to]) => {
        const [state, severity] = [stateNamed(from), stateNamed(to)];
        return state && severity ? [[state, severity] as const] : [];
      }),
    ),
    labels: new Map(Object.entries(mapOf(labels)).map(([name, value]) => [name, String(value)])),
    runbook: runbook === undefined || runbook === null ? '' : String(runbook),
    ...(notes !== undefined && notes !== null && { notes: String(notes) }),
    repair: listOf(repair).flatMap(actionName),
    ...(handlers !== undefined && { handlers: listOf(handlers).map(String) }),
    ...(severities !== undefined && { severities: listOf(severities).flatMap((each) => stateNamed(each) ?? []) }),
  };
}

const stateNamed = (written: Yaml): CheckState | undefined => CHECK_STATES.find((state) => state === written);

function mapOf(written: Yaml | undefined): YamlMap {
  const isMap = typeof written === 'object' && written !== null && !Array.isArray(written);
  return isMap ? (written as YamlMap) : {};
}

const listOf = (written: Yaml | undefined): readonly Yaml[] =>
  written === undefined || written === null ? [] : [written].flat();

/** An action is written as a text, or as a map with its name. */
function actionName(action: Yaml): string[] {
  if (typeof action === 'string') return [action];
  const { name, action: other } = mapOf(action);
  const found = name ?? other;
  return found === undefined || found === null ? [] : [String(found)];
}
