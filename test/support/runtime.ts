import { z } from 'zod';
import { Bus } from '../../src/base/bus.ts';
import { type Logger, silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import expressionCheck from '../../src/checks/expression.ts';
import passiveCheck from '../../src/checks/passive.ts';
import scriptCheck from '../../src/checks/script.ts';
import expressionDetector from '../../src/detectors/expression.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import type { Pack, PackObject, PackObjectType, YamlMap } from '../../src/model/pack.ts';
import type { Host } from '../../src/net/host.ts';
import type { FunctionPlugin } from '../../src/plugins/function.ts';
import {
  type Check,
  type Collector,
  type Detector,
  defineCollector,
  defineHandler,
  type Handler,
  type Pollster,
} from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import type { KeptNumbers } from '../../src/runtime/chart-past.ts';
import type { Configuration } from '../../src/runtime/configuration.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { SimulatedClock } from './clock.ts';
import { fakeHost } from './host.ts';
import { memoryShelf } from './shelf.ts';

interface CollectorTraits {
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly maxAgeMs?: number;
  readonly group?: string;
}

/** A collector that sees what `see` gives, whatever that throws. */
export const collectorOf = (
  name: string,
  see: (signal: AbortSignal) => Metrics | Promise<Metrics>,
  traits: CollectorTraits = {},
): Collector =>
  defineCollector({
    name,
    description: 'Sees what the test wants.',
    options: z.object({}),
    keys: [],
    ...traits,
    configure: () => async (_, signal) => await see(signal),
  });

/** An object of a pack, with its fields as they would be written. */
export const written = (type: PackObjectType, id: string, definition: YamlMap): PackObject => ({
  type,
  id,
  packName: id.split('/')[0] ?? id,
  packLevel: 'global',
  file: `${id}.yml`,
  line: 1,
  definition,
});

/** A pack in use. */
export const packOf = (name: string, parameters: YamlMap): Pack => ({
  name,
  level: 'global',
  directory: `/packs/${name}`,
  version: '1.0',
  description: '',
  keywords: [],
  topics: [],
  types: ['pack'],
  author: '',
  license: '',
  homepage: '',
  parameters,
  settings: [],
  overloadedBy: null,
  problems: [],
});

/** A configuration with these objects and packs, everything switched on. */
export function configured(
  objects: readonly PackObject[],
  { packs = [], ...rest }: Partial<Omit<Configuration, 'packs'>> & { readonly packs?: readonly Pack[] } = {},
): Configuration {
  return {
    packs: { packs, objects, problems: [] },
    variables: {},
    staticGroups: [],
    collectors: new Map(),
    topics: { automaticDetection: true, monitoring: true, metrology: true },
    maxParallel: 4,
    ...rest,
  };
}

interface Parts {
  readonly functions?: Iterable<FunctionPlugin>;
  readonly clock?: SimulatedClock;
  readonly host?: Host;
  readonly collectors?: readonly Collector[] | Registry<Collector>;
  readonly shelves?: ReturnType<typeof shelvesOf>;
  readonly log?: Logger;
  readonly kept?: KeptNumbers;
  readonly pollsters?: readonly Pollster[];
}

export const shelvesOf = () => ({
  ...{ collectors: memoryShelf(), checks: memoryShelf(), groups: memoryShelf(), services: memoryShelf() },
  ...{ alerts: memoryShelf(), messages: memoryShelf() },
});

/** A whole runtime in simulated time, with every event and every alert it gave. */
export function runtimeOf(configuration: Configuration, parts: Parts = {}) {
  const clock = parts.clock ?? new SimulatedClock();
  const events: AgentEvent[] = [];
  const alerts: Alert[] = [];
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  for (const type of [
    'check-change',
    'check-late',
    'service-change',
    'problem-change',
    'groups-change',
    'collector-done',
  ] as const)
    bus.on(type, (event) => events.push(event));
  const shelves = parts.shelves ?? shelvesOf();
  const runtime = new Runtime({
    clock,
    bus,
    configuration,
    shelves,
    host: parts.host ?? fakeHost({ clock }),
    random: seeded(1),
    log: parts.log ?? silent,
    ...(parts.kept && { kept: parts.kept }),
    plugins: {
      collectors:
        parts.collectors instanceof Registry ? parts.collectors : registryOf('collector', parts.collectors ?? []),
      detectors: registryOf<Detector>('detector', [expressionDetector]),
      checks: registryOf<Check>('check', [expressionCheck, scriptCheck, passiveCheck]),
      handlers: registryOf<Handler>('handler', [noteHandler(alerts)]),
      functions: parts.functions ?? [],
      pollsters: registryOf<Pollster>('pollster', parts.pollsters ?? []),
    },
    node: { id: 'n1', name: 'db-1', displayName: '', address: '127.0.0.1', zone: 'lan', hostingDrivers: new Set() },
    members: () => new Map(),
    hasEvent: () => false,
  });
  return { clock, runtime, events, alerts, shelves };
}

/** The events of one type, in order. */
export const eventsOf = <Type extends AgentEvent['type']>(events: readonly AgentEvent[], type: Type) =>
  events.filter((event): event is Extract<AgentEvent, { type: Type }> => event.type === type);

/** Plugins of one kind. */
export function registryOf<P extends Collector | Detector | Check | Handler | Pollster>(
  kind: P['kind'],
  plugins: readonly P[],
): Registry<P> {
  const registry = new Registry<P>(kind);
  for (const plugin of plugins) registry.add(plugin);
  return registry;
}

/** Keeps alerts; one for a node named `broken` fails. */
const noteHandler = (alerts: Alert[]): Handler =>
  defineHandler({
    name: 'note',
    description: 'Keeps what it is told.',
    options: z.object({ broken: z.boolean().default(false) }),
    configure: ({ broken }) => ({
      async notify(message) {
        if (broken) throw new Error('nobody listens');
        alerts.push(...message.alerts);
        return undefined;
      },
    }),
  });
