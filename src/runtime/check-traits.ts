import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { CHECK_STATES, type CheckState } from '../model/check.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import { type Dependency, readDependencies } from './dependency.ts';
import { FLAP_LIMITS, type FlapLimits } from './flapping.ts';

/** What a check says beside what it runs and when: for alerts, services, repairs. */
export interface CheckTraits {
  /** The service it belongs to; empty when none. */
  readonly service: string;
  /** How grave a state is, where it is not as it says itself. */
  readonly severityMap: ReadonlyMap<CheckState, CheckState>;
  /** Ids of the handlers that are told; all when left out. */
  readonly handlers?: readonly string[];
  /** Only these new states are told. */
  readonly severities: ReadonlySet<CheckState>;
  readonly labels: ReadonlyMap<string, string>;
  readonly runbook: string;
  readonly notes: string;
  /** Actions that may be done about a problem, as they are written. */
  readonly repair: readonly Yaml[];
  /** What has to work for this check to mean anything. */
  readonly dependsOn: readonly Dependency[];
  /** When it flaps; `undefined`: never. */
  readonly flapLimits: FlapLimits | undefined;
  readonly isEnabled: boolean;
  readonly negate: ReadonlyMap<CheckState, CheckState>;
}

/** Understands what a check says of itself. Throws `invalid_config`. */
export function traitsOf(definition: YamlMap): CheckTraits {
  const { service, handlers, severities, runbook, notes, note, repair, enabled } = definition;
  return {
    service: textOf(service),
    severityMap: stateMap(definition, 'severity_map'),
    ...(handlers !== undefined && { handlers: [handlers].flat().map(String) }),
    severities: new Set(severities === undefined ? CHECK_STATES : [severities].flat().map(stateOf)),
    labels: new Map(Object.entries(mapIn(definition, 'labels')).map(([name, value]) => [name, String(value)])),
    runbook: textOf(runbook),
    notes: textOf(notes ?? note),
    repair: repair === undefined ? [] : [repair].flat(),
    dependsOn: readDependencies(definition),
    flapLimits: flapLimitsOf(definition),
    isEnabled: enabled !== false,
    negate: stateMap(definition, 'negate'),
  };
}

/** The state that was written. Throws `invalid_config` with a suggestion. */
export function stateOf(written: Yaml): CheckState {
  const state = CHECK_STATES.find((known) => known === written);
  if (state) return state;
  const text = String(written);
  throw new OpsbroError('invalid_config', `"${text}" is no state of a check${didYouMean(text, CHECK_STATES)}`);
}

/** The map of that name; an empty one when there is none. */
export function mapIn(definition: YamlMap, key: string): YamlMap {
  const written = definition[key];
  const isMap = typeof written === 'object' && written !== null && !Array.isArray(written);
  return isMap ? (written as YamlMap) : {};
}

const textOf = (written: Yaml | undefined): string =>
  written === undefined || written === null ? '' : String(written).trim();

const stateMap = (definition: YamlMap, key: string): ReadonlyMap<CheckState, CheckState> =>
  new Map(Object.entries(mapIn(definition, key)).map(([from, to]) => [stateOf(from), stateOf(to)]));

function flapLimitsOf(definition: YamlMap): FlapLimits | undefined {
  if (definition['flap_detection'] === false) return undefined;
  const { high, low } = mapIn(definition, 'flap_detection');
  return { high: Number(high ?? FLAP_LIMITS.high), low: Number(low ?? FLAP_LIMITS.low) };
}
