import { matchesAny } from '../base/glob.ts';
import type { GroupTest } from '../expressions/group-test.ts';
import type { PackObject, Yaml, YamlMap } from '../model/pack.ts';
import type { ServiceRecord } from '../model/service.ts';
import { applicability } from './applicability.ts';
import { mapIn } from './check-traits.ts';
import type { Aggregate } from './service-state.ts';

/** SRV records hold no more. */
const MAX_WEIGHT = 65_535;

/** A service of this node, as it was written, understood. */
export interface ServicePlan {
  readonly id: string;
  readonly name: string;
  readonly object: PackObject;
  readonly appliesIn: GroupTest;
  readonly aggregate: Aggregate;
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly tags: readonly string[];
  readonly meta: ReadonlyMap<string, string>;
  readonly weights?: ServiceRecord['weights'];
  readonly notes: string;
  /** People are told of its checks too. */
  readonly alsoChecks: boolean;
  /** Whether a check judges it, by the id of the check and the service that this names. */
  judgedBy(check: string, service: string): boolean;
}

/** Understands a service. */
export function servicePlan(object: PackObject): ServicePlan {
  const { definition, id } = object;
  const { name, if_group, address, port, protocol, tags, notes, note } = definition;
  const patterns = textsOf(definition['checks']);
  const own = `service:${id}`;
  const known = textOf(name) || (id.split('/').at(-1) ?? id);
  return {
    id,
    name: known,
    object,
    appliesIn: if_group === undefined ? () => object.packName === 'local' : applicability(if_group),
    aggregate: aggregateOf(definition),
    address: textOf(address),
    port: Number(port ?? 0),
    protocol: textOf(protocol),
    tags: textsOf(tags),
    meta: new Map(Object.entries(mapIn(definition, 'meta')).map(([key, value]) => [key, String(value)])),
    ...weightsOf(definition),
    notes: textOf(notes ?? note),
    alsoChecks: definition['also_checks'] === true,
    judgedBy: (check, service) =>
      check === own || matchesAny(patterns, check) || (service !== '' && (service === known || service === id)),
  };
}

/** A state that is not written has the weight 1. */
function weightsOf(definition: YamlMap): Pick<ServicePlan, 'weights'> {
  const { passing = 1, warning = 1 } = mapIn(definition, 'weights');
  const isWritten = definition['weights'] !== undefined && definition['weights'] !== null;
  return isWritten ? { weights: { passing: weight(passing), warning: weight(warning) } } : {};
}

const weight = (written: Yaml): number => Math.min(Math.max(Math.trunc(Number(written) || 0), 0), MAX_WEIGHT);

function aggregateOf(definition: YamlMap): Aggregate {
  const { aggregate = 'worst' } = definition;
  const atLeast = mapIn(definition, 'aggregate')['at_least'];
  if (atLeast !== undefined) return { type: 'at-least', count: Number(atLeast) };
  const text = textOf(aggregate);
  return text === 'worst' || text === 'best' ? { type: text } : { type: 'expression', text };
}

const textOf = (written: Yaml | undefined): string =>
  written === undefined || written === null ? '' : String(written).trim();

const textsOf = (written: Yaml | undefined): string[] =>
  written === undefined || written === null ? [] : [written].flat().map(String);
