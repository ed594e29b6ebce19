import type { CollectorRecord } from '../model/collector.ts';
import type { KvRing } from '../model/kv.ts';
import type { Metrics, Value } from '../model/metrics.ts';
import { standsFor } from '../plugins/key-match.ts';
import type { KeyDoc } from '../plugins/kinds.ts';
import { checkFamilies } from './check-families.ts';
import { countMembers } from './counts.ts';
import type { Family, Sample } from './exposition.ts';
import { familyName } from './family-name.ts';
import type { ApiParts } from './parts.ts';

const HEALTH = ['ok', 'degraded', 'failed'];
const COLLECTOR_STATES = ['ok', 'pending', 'running', 'not-eligible', 'error', 'disabled'];

/** What the API can measure of the agent and of what it watches. */
export function* ownFamilies(parts: ApiParts): Iterable<Family> {
  yield* agentFamilies(parts);
  yield* workFamilies(parts);
  for (const collector of parts.runtime.collectors()) {
    if (!collector.stale) yield* collectorFamilies(collector, parts.collectorKeys(collector.name));
  }
}

function agentFamilies({ agent, membership, kv }: ApiParts): Family[] {
  const facts = agent.facts();
  const { zone } = membership.self;
  const states = Object.entries(countMembers(membership));
  const { records, bytes } = kv.stats();
  return [
    {
      name: 'opsbro_build_info',
      help: 'The version of the agent and of Node.js.',
      type: 'gauge',
      samples: [{ labels: { version: facts.version, node_version: facts.node_version }, value: 1 }],
    },
    gauge('opsbro_health', '0 ok, 1 degraded, 2 failed.', HEALTH.indexOf(agent.health().health)),
    {
      name: 'opsbro_members',
      help: 'Known nodes by state.',
      type: 'gauge',
      samples: states.map(([state, value]) => ({ labels: { state, zone }, value })),
    },
    gauge('opsbro_kv_keys', 'Records of the key-value store.', records),
    gauge('opsbro_kv_bytes', 'Bytes of keys and records of the key-value store.', bytes),
    ...ringFamilies(kv.stats().ring),
    {
      name: 'opsbro_event_loop_delay_seconds',
      help: 'How late timers run, by share of them that is not later.',
      type: 'summary',
      samples: [
        { labels: { quantile: '0.5' }, value: facts.event_loop.p50 / 1_000 },
        { labels: { quantile: '0.99' }, value: facts.event_loop.p99 / 1_000 },
      ],
    },
    gauge('opsbro_process_resident_memory_bytes', 'Memory of the agent.', facts.memory_consumption),
  ];
}

function ringFamilies(ring: KvRing | undefined): Family[] {
  if (ring === undefined) return [];
  return [
    gauge('opsbro_kv_ring_members', 'Nodes that keep the keys.', ring.members.length),
    gauge('opsbro_kv_ring_ready', '1: this node has every record that belongs to it.', Number(ring.isReady)),
    gauge(
      'opsbro_kv_clock_sound',
      '1: the clock of this node agrees with those of the others.',
      Number(ring.isClockSound),
    ),
    gauge('opsbro_kv_hints', 'Nodes that missed writes and have yet to be brought them.', ring.owed),
    {
      name: 'opsbro_kv_repairs_total',
      help: 'What was done to keep nodes equal, by kind.',
      type: 'counter',
      samples: [...ring.counts].map(([kind, value]) => ({ labels: { kind }, value })),
    },
  ];
}

const gauge = (name: string, help: string, value: number): Family => ({
  name,
  help,
  type: 'gauge',
  samples: [{ value }],
});

function workFamilies({ runtime }: ApiParts): Family[] {
  const collectors = runtime.collectors();
  return [
    ...checkFamilies(runtime.checks()),
    {
      name: 'opsbro_collector_state',
      help: `By number: ${COLLECTOR_STATES.map((state, number) => `${number} ${state}`).join(', ')}.`,
      type: 'gauge',
      samples: collectors.map(({ name, state }) => ({
        labels: { collector: name },
        value: COLLECTOR_STATES.indexOf(state),
      })),
    },
    {
      name: 'opsbro_collector_seconds',
      help: 'How long the last run of a collector took.',
      type: 'gauge',
      samples: collectors.map(({ name, durationMs }) => ({ labels: { collector: name }, value: durationMs / 1_000 })),
    },
  ];
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: number;
}

/** The numbers of a collector's results: the parts of a key that its documentation calls `*` become labels. */
function collectorFamilies(collector: CollectorRecord, keys: readonly KeyDoc[]): Iterable<Family> {
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  const patterns = keys.map((doc) => ({ doc, segments: doc.key.split('.') }));
  for (const leaf of leavesOf(collector.results ?? {})) {
    const { doc, segments } = patterns.find((pattern) => standsFor(pattern.doc, leaf.path)) ?? {};
    if (doc?.kind === 'info') continue;
    const isCounter = doc?.kind === 'cumulative';
    const { name, factor } = familyName([collector.name, ...namedParts(leaf.path, segments)], doc);
    const family = families.get(name) ?? {
      name,
      help: doc?.meaning ?? `collector.${collector.name}`,
      type: isCounter ? ('counter' as const) : ('gauge' as const),
      samples: [],
    };
    families.set(name, family);
    family.samples.push({ labels: labelsOf(leaf.path, segments), value: leaf.value * factor });
  }
  return families.values();
}

function* leavesOf(tree: Metrics, path: readonly string[] = []): Iterable<Leaf> {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'number') yield { path: [...path, key], value };
    else if (typeof value === 'boolean') yield { path: [...path, key], value: Number(value) };
    else if (isTree(value)) yield* leavesOf(value, [...path, key]);
  }
}

const isTree = (value: Value): value is Metrics => typeof value === 'object' && value !== null && !Array.isArray(value);

const namedParts = (path: readonly string[], segments: readonly string[] | undefined): readonly string[] =>
  path.filter((_, at) => segments?.[at] !== '*');

/** The first `*` is the thing that is measured, such as a device; a further one is numbered. */
function labelsOf(path: readonly string[], segments: readonly string[] = []): Record<string, string> {
  const stars = path.filter((_, at) => segments[at] === '*');
  return Object.fromEntries(stars.map((value, at) => [at === 0 ? 'item' : `item_${at + 1}`, value]));
}
