import { seeded } from '../../src/base/random.ts';
import { lookUp } from '../../src/expressions/paths.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import type { PackObjectType, YamlMap } from '../../src/model/pack.ts';
import { expressionFaults, parametersIn } from '../../src/packs/expression-fault.ts';
import { loadPacks } from '../../src/packs/load.ts';
import type { FunctionPlugin } from '../../src/plugins/function.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { Evaluator } from '../../src/runtime/evaluator.ts';
import { fakeHost } from '../support/host.ts';

const plugins = await new Registry<FunctionPlugin>('function').addFrom(
  new URL('../../src/functions/', import.meta.url),
);
const byName = new Map([...plugins].map((plugin) => [plugin.name, plugin] as const));

/** All functions that are shipped. */
export const functions: readonly FunctionPlugin[] = [...plugins];

/** All packs that are shipped, without any of a user. */
export const shipped = await loadPacks({
  shipped: new URL('../../etc', import.meta.url).pathname,
  data: '/nonexistent',
  local: { directory: '', objects: [] },
  rules: {
    checkFields: ['critical_if', 'warning_if', 'script'],
    expressionFaults: expressionFaults(byName),
    parametersIn: parametersIn(byName),
  },
});

/** What is written of an object that is shipped. */
export function definitionOf(type: PackObjectType, id: string): YamlMap {
  const object = shipped.objects.find((one) => one.type === type && one.id === id);
  if (!object) throw new Error(`no ${type} ${id} is shipped`);
  return object.definition;
}

/** What a made-up node knows. */
export interface Seen {
  readonly collectors?: Metrics;
  readonly files?: Record<string, string>;
  /** Hosting drivers that are active. */
  readonly hosting?: readonly string[];
  /** Output of programs, by their command line. */
  readonly commands?: Record<string, string>;
}

/** Evaluates expressions as a node does that sees just this. */
export function evaluatorOf({ collectors = {}, files = {}, hosting = [], commands = {} }: Seen): Evaluator {
  const ended = Object.fromEntries(Object.entries(commands).map(([line, stdout]) => [line, { stdout }]));
  const host = fakeHost({ files, commands: ended });
  const groups = new Set<string>();
  return new Evaluator({
    functions: byName,
    host,
    clock: host.clock,
    random: seeded(1),
    node: {
      zone: 'internet',
      groups,
      staticGroups: groups,
      detectedGroups: groups,
      hostingDrivers: new Set(hosting),
      members: new Map(),
      ruleStates: new Map(),
      hasEvent: () => false,
    },
    variables: () => ({}),
    collector(path) {
      const value = lookUp(collectors, path.segments);
      return value === undefined ? { found: false, reason: 'not in this test' } : { found: true, value };
    },
  });
}
