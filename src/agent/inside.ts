/** The agent from within, for those who look for what is wrong with it. */
import { getHeapStatistics } from 'node:v8';
import { maskedValue } from '../config/secrets.ts';
import type { InsidePart } from '../http/inside-part.ts';
import { memberJson } from '../http/records.ts';
import type { Yaml } from '../model/pack.ts';
import type { AgentState } from './facts.ts';
import type { KnownHosting } from './known-hosting.ts';
import { modulesOf } from './modules.ts';
import type { Parts } from './parts.ts';
import { shinkenParameters } from './shinken-part.ts';
import { telemetryDoors } from './telemetry-settings.ts';
import type { World } from './world.ts';
import type { Written } from './written.ts';

interface Seen {
  readonly world: World;
  readonly parts: Pick<Parts, 'runtime' | 'pool' | 'peers' | 'kv' | 'series' | 'vitals'>;
  readonly hosting: Pick<KnownHosting, 'states'>;
  written(): Written;
  state(): AgentState;
  isDnsWanted(): boolean;
}

/** What the doors show of the agent from within. */
export function insideOf(seen: Seen): InsidePart {
  const { world, hosting } = seen;
  return {
    logParts: () => world.log.parts(),
    followLog: (part, level, take) => world.log.follow(part, level, take),
    parts: () => world.supervisor.records(),
    modules: () => modulesIn(seen),
    hosting: () => hosting.states,
    isDebugShown: () => seen.written().loaded.config.debug_routes,
    state: () => stateIn(seen),
  };
}

function modulesIn({ world, parts, written, isDnsWanted }: Seen) {
  const { loaded, packs } = written();
  return modulesOf({
    config: loaded.shown,
    telemetry: telemetryDoors(written(), parts.runtime.groups),
    isDnsWanted: isDnsWanted(),
    shinken: shinkenParameters(packs),
    handlers: parts.runtime.handlers(),
    reasons: world.health.report().reasons,
  });
}

/** Everything that changes while the agent runs, in one value; secrets have gone through the mask. */
function stateIn({ world, parts, state }: Seen): Readonly<Record<string, unknown>> {
  const { runtime, pool, peers, kv, series, vitals } = parts;
  const seen = {
    time: new Date(world.clock.wall()).toISOString(),
    version: world.version,
    node_version: process.versions.node,
    boot: world.boot,
    state: state(),
    ...world.health.report(),
    ports: world.ports.all(),
    parts: world.supervisor.records(),
    vitals: vitals(),
    heap: getHeapStatistics(),
    gossip: Object.fromEntries(pool.counters),
    peers: Object.fromEntries(peers.counters),
    members: [...pool.members.values()].map(memberJson),
    runs: runtime.counts,
    collectors: runtime.collectors().map(({ name, state: now, log, lastRun }) => ({ name, state: now, log, lastRun })),
    checks: runtime.checks().map(({ id, state: now, output, latencyMs }) => ({ id, state: now, output, latencyMs })),
    handlers: runtime.handlers(),
    kv: kv.stats(),
    series: series.stats(),
  };
  return maskedValue(plainOf(seen)) as Readonly<Record<string, unknown>>;
}

/** As JSON would have it: maps as objects. */
const plainOf = (value: unknown): Yaml =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? Object.fromEntries(part) : part)),
  ) as Yaml;
