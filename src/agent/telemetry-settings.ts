import type { AgentConfig } from '../config/agent-schema.ts';
import { graphite as graphiteSchema } from '../config/graphite-schema.ts';
import { statsd as statsdSchema } from '../config/statsd-schema.ts';
import type { GraphiteSettings } from '../graphite/graphite.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import type { StatsdSettings } from '../statsd/settings.ts';
import { percentileOf } from '../statsd/timer-stats.ts';
import type { Written } from './written.ts';

type Port = number | 'off';
type Bind = readonly [string, ...string[]];

/** How the statsd door is to be opened. */
export interface StatsdDoorSettings {
  readonly bind: Bind;
  readonly port: Port;
  readonly door: StatsdSettings;
}

/** How a door of Graphite is to be opened. */
export interface GraphiteDoorSettings {
  readonly bind: Bind;
  readonly port: Port;
  readonly door: GraphiteSettings;
}

/** Which doors are to be open; those that are not are `undefined`. */
export interface TelemetryDoors {
  readonly statsd: StatsdDoorSettings | undefined;
  readonly graphite: GraphiteDoorSettings | undefined;
  readonly pickle: GraphiteDoorSettings | undefined;
}

/** Keys of the settings by the parameters of the packs that say the same. */
const STATSD_PARAMETERS = { enabled: 'enabled', address: 'bind', port: 'port', interval: 'interval' } as const;
const GRAPHITE_PARAMETERS = {
  ...{ enabled: 'enabled', port: 'port', pickle_port: 'pickle_port', udp: 'udp', tcp: 'tcp' },
} as const;

/** The doors that are wanted by what is written, for a node that is in these groups. */
export function telemetryDoors(written: Written, groups: ReadonlySet<string>): TelemetryDoors {
  const { config } = written.loaded;
  const statsd = settledStatsd(written);
  const graphite = settledGraphite(written);
  const group = parametersOf(written, 'statsd')['enabled_if_group'] ?? 'statsd-listener';
  const isOn = config.metrology_topic_enabled;
  const hasLines = graphite.tcp || graphite.udp;
  return {
    statsd: isOn && (statsd.enabled || groups.has(String(group))) ? statsdDoor(statsd) : undefined,
    graphite: isOn && graphite.enabled && hasLines ? linesDoor(graphite) : undefined,
    pickle: isOn && graphite.enabled && graphite.pickle ? pickleDoor(graphite) : undefined,
  };
}

function statsdDoor(config: AgentConfig['statsd']): StatsdDoorSettings {
  const usual = config.opsbro_names ? 'usual and opsbro' : 'usual';
  const door: StatsdSettings = {
    interval: config.interval / 1_000,
    prefix: config.prefix,
    counterNames: config.legacy_names ? 'legacy' : usual,
    percentiles: config.percentiles.map(percentileOf),
    histograms: config.histograms,
    idleFlushes: config.idle_flushes,
    gaugeTtl: config.gauge_ttl,
    maxSeries: config.max_series,
    timerReservoir: config.timer_reservoir,
    influxTags: config.influx_tags ? 'influx tags' : 'plain keys',
    allow: config.allow,
    transports: config.tcp ? 'udp and tcp' : 'udp',
    takesChecks: config.service_checks,
    takesEvents: config.events,
  };
  return { bind: atLeastOne(config.bind), port: config.port, door };
}

const doorOf = (config: AgentConfig['graphite'], listeners: GraphiteSettings['listeners']): GraphiteSettings => ({
  allow: config.allow,
  listeners,
  idleMs: config.idle_timeout,
  maxConnections: config.max_connections,
});

function linesDoor(config: AgentConfig['graphite']): GraphiteDoorSettings {
  const listeners = new Set([...(config.tcp ? (['tcp'] as const) : []), ...(config.udp ? (['udp'] as const) : [])]);
  return { bind: atLeastOne(config.bind), port: config.port, door: doorOf(config, listeners) };
}

const pickleDoor = (config: AgentConfig['graphite']): GraphiteDoorSettings => ({
  bind: atLeastOne(config.bind),
  port: config.pickle_port,
  door: doorOf(config, new Set(['pickle'])),
});

/** The settings; what nobody set among them is as the parameters of the pack of the same name say. */
function settledStatsd(written: Written): AgentConfig['statsd'] {
  const extra = unset(written, 'statsd', STATSD_PARAMETERS);
  const { statsd } = written.loaded.config;
  return Object.keys(extra).length === 0 ? statsd : { ...statsd, ...only(statsdSchema.safeParse(extra).data, extra) };
}

function settledGraphite(written: Written): AgentConfig['graphite'] {
  const extra = unset(written, 'graphite', GRAPHITE_PARAMETERS);
  const { graphite } = written.loaded.config;
  return Object.keys(extra).length === 0
    ? graphite
    : { ...graphite, ...only(graphiteSchema.safeParse(extra).data, extra) };
}

const parametersOf = ({ packs }: Written, name: string): YamlMap =>
  packs.packs.find((pack) => pack.name === name && pack.overloadedBy === null)?.parameters ?? {};

/** What a pack says of keys that the configuration does not set. */
function unset(written: Written, section: string, keys: Readonly<Record<string, string>>): Record<string, Yaml> {
  const parameters = parametersOf(written, section);
  const { origins } = written.loaded;
  return Object.fromEntries(
    Object.entries(keys).flatMap(([parameter, key]) => {
      const value = parameters[parameter];
      const isSet = value === undefined || value === null || origins.has(`${section}.${key}`);
      // The pack says where it listens in IPv4 alone; both families of loopback are one default.
      return isSet || value === '127.0.0.1' ? [] : [[key, value]];
    }),
  );
}

/** Of checked settings those that were written; nothing when they were wrong. */
const only = <Settings extends object>(checked: Settings | undefined, written: object): Partial<Settings> =>
  Object.fromEntries(Object.entries(checked ?? {}).filter(([key]) => Object.hasOwn(written, key))) as Partial<Settings>;

const atLeastOne = ([first = '127.0.0.1', ...others]: readonly string[]): Bind => [first, ...others];
