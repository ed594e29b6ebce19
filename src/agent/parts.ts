/** Opens the parts of an agent, in the order in which they need each other. */

import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MOST_WAITING } from '../alerts/handler-queue.ts';
import { candidatesIn } from '../alerts/nodes/candidates.ts';
import type { Disposal } from '../base/disposal.ts';
import { messageOf, OpsbroError, systemCode } from '../base/errors.ts';
import { Histogram } from '../base/histogram.ts';
import { gossipConstants } from '../config/gossip-constants.ts';
import { startGossip } from '../gossip/gossip.ts';
import { relationIn } from '../gossip/zones/zone-relation.ts';
import { openKv } from '../kv/kv.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { KvStore } from '../model/kv.ts';
import type { Vitals } from '../model/self.ts';
import { localAddress } from '../net/local-address.ts';
import { portTaken } from '../net/port-taken.ts';
import { functionTable } from '../plugins/function.ts';
import type { KvCluster } from '../plugins/kinds.ts';
import { defineKnownChecks } from '../runtime/health-services.ts';
import { Runtime } from '../runtime/runtime.ts';
import { Access, httpWarnings } from './access-part.ts';
import { type AlertParts, openAlertParts } from './alert-parts.ts';
import { Alone } from './alone.ts';
import { ApiObjects, type DefinableType } from './api-objects.ts';
import { type Charts, openCharts } from './charts.ts';
import { ChildKeys } from './child-keys.ts';
import { everywhereOf, type GossipBind, gossipBind } from './gossip-bind.ts';
import { type Histories, keepHistories } from './histories.ts';
import { type Identity, renewIdentity } from './identity.ts';
import { type Incarnation, openIncarnation } from './incarnation.ts';
import { testimonyRoute } from './inquiries.ts';
import { keptNumbers } from './kept-numbers.ts';
import type { KnownHosting } from './known-hosting.ts';
import { AgentKvCluster } from './kv-cluster.ts';
import { keepLastAlive } from './last-alive.ts';
import { historyLimits, KeptNodeHistory } from './node-history.ts';
import { rulesOf } from './object-rules.ts';
import { openPeers, type Peers } from './peers.ts';
import type { Pool } from './pool.ts';
import { withSelf } from './self-facts.ts';
import { type Room, SelfWatch } from './self-watch.ts';
import { readSerfSnapshot } from './serf-snapshot-file.ts';
import { openSeries } from './series.ts';
import type { SoundReading, StandIn } from './sound-reading.ts';
import { StateStore } from './state-store.ts';
import { keepStoreKeys } from './store-keys.ts';
import { SwitchablePool } from './switchable-pool.ts';
import { type VitalSigns, watchVitals } from './vitals.ts';
import { WorkWatch } from './work-watch.ts';
import type { World } from './world.ts';
import { configurationOf, type Written } from './written.ts';
import { acknowledgeRoute } from './zone-acks.ts';
import { gatherRoute } from './zone-gathering.ts';
import { linkOn, provenZone, ZONES_PART, zoneWays } from './zone-links.ts';
import type { Zones } from './zones.ts';

/** What an agent is made from. */
export interface Setting {
  readonly world: World;
  readonly identity: Identity;
  readonly hosting: KnownHosting;
  readonly zones: Zones;
  readonly written: Written;
  /** Look for the pool on the local networks while alone. */
  readonly autoDetect: boolean;
  /** `false`: nobody can reach it, as of one that looks only once. */
  readonly hasDoors: boolean;
  /** Broken files whose last good version counts. */
  readonly standIns: readonly StandIn[];
  /** Reads again what people wrote. */
  readonly read: () => Promise<SoundReading>;
  /** Reads it as well, but leaves the plugins of the agent alone. */
  readonly readAside: () => Promise<SoundReading>;
}

/** What an agent is made of, beside its doors. */
export interface Parts extends Charts, Histories {
  readonly state: StateStore;
  readonly access: Access;
  readonly kv: KvStore;
  readonly kvCluster: AgentKvCluster;
  readonly series: MetricStore;
  /** The pool this node is in; it stays the same object when the node moves to another zone. */
  readonly pool: Pool;
  readonly peers: Peers;
  /** How long answered probes of other nodes took, in seconds, over all pools since the start. */
  readonly probeTimes: Histogram;
  readonly history: KeptNodeHistory;
  /** Leaves the pool and opens that of the own zone, as the zones have it now. */
  readonly movePool: () => Promise<void>;
  /** The keys of the zone came or went, and gossip would listen elsewhere if it were opened now. */
  readonly isRebindNeeded: () => boolean;
  readonly runtime: Runtime;
  readonly alerts: AlertParts;
  readonly workWatch: WorkWatch;
  readonly definitions: Readonly<Record<DefinableType, ApiObjects>>;
  /** What this process costs now. */
  readonly vitals: () => Vitals;
  readonly localAddress: string;
  /** What a person should know about how it is set up. */
  readonly warnings: () => readonly string[];
}

/** Opens everything but the doors. Fails when gossip cannot listen; `opened` closes what was opened. */
export async function openParts(setting: Setting, opened: Disposal): Promise<Parts> {
  const { world, identity, written } = setting;
  const { home, clock, log, host, bus, supervisor } = world;
  const state = opened.use(
    await StateStore.open(join(home.data, 'state'), supervisor.clock('state'), log.logger.child({ part: 'state' })),
  );
  const access = opened.use(await Access.open({ world, state, config: written.loaded.config }));
  const address = localAddress(host.interfaces(), (await host.facts()).addresses);
  const { config } = written.loaded;
  const kvCluster = new AgentKvCluster(world.random);
  const kv = opened.use(await openStore(setting, kvCluster));
  const series = await openSeries(
    { ...world, clock: world.supervisor.clock('metrics') },
    config,
    identity.name,
    opened,
  );
  let bind = notedBind(setting);
  const isRebindNeeded = () => !isDeepStrictEqual(bindOf(setting).addresses, bind.addresses);
  const peers = await openPeers(setting, bind.addresses, opened);
  let known: Pool | undefined;
  const reasonOf = (name: string) => known?.why(name).summary ?? '';
  // Before the pool, so that it hears of every member.
  const history = opened.use(
    await KeptNodeHistory.open({
      ...{ bus, clock, shelf: state.shelf('history'), reasonOf },
      ...historyLimits(config),
    }),
  );
  const histories = await keepHistories({ ...{ bus, clock, state, history }, limits: historyLimits(config) }, opened);
  const childKeys = opened.use(new ChildKeys(setting.zones, bus));
  const incarnation = opened.use(openIncarnation(home.data));
  const probeTimes = new Histogram();
  const open = () =>
    openPool(setting, { address, bind: bind.addresses, state, peers, childKeys, incarnation, probeTimes });
  const switchable = opened.use(new SwitchablePool(await open(), bus));
  const { pool } = switchable;
  known = pool;
  peers.route(testimonyRoute(pool));
  peers.stream(ZONES_PART, (stream, peer) => pool.acceptLink(linkOn(stream), provenZone(peer)));
  const movePool = () =>
    switchable.replace(() => {
      peers.keys.refresh();
      bind = notedBind(setting);
      return open();
    });
  const vitals = opened.use(watchVitals(clock));
  const alerts = await openAlertParts(setting, { pool, peers, state }, opened);
  const runtime = opened.use(makeRuntime(setting, { pool, address, state, series, vitals, alerts }));
  const charts = await openCharts(setting, { series, state, membership: pool, peers });
  peers.route(gatherRoute({ membership: pool }, (given) => runtime.takeAlerts(given)));
  peers.route(acknowledgeRoute({ alerts: runtime.alerts, membership: pool, client: peers.client }));
  const definitions = await openDefinitions(world, state, runtime);
  await restore(runtime, state);
  opened.use(kvCluster.connect({ pool, peers, bus, clock, groups: () => runtime.groups }));
  opened.use(keepStoreKeys(setting, kv, runtime));
  const workWatch = opened.use(watchWork(world, runtime, pool));
  opened.use(keepLastAlive(home.data, clock));
  opened.use(watchSelf(world, { runtime, pool, vitals }));
  const warnings = () => [...bind.warnings, ...setting.zones.warnings, ...httpWarnings(config)];
  return {
    ...charts,
    ...histories,
    ...{ state, access, kv, kvCluster, series, pool, peers, history, movePool, isRebindNeeded, runtime, alerts },
    ...{ probeTimes, workWatch, definitions, vitals, localAddress: address, warnings },
  };
}

function openStore({ world, identity, written, zones }: Setting, cluster: KvCluster): Promise<KvStore> {
  const { home, log, bus, supervisor } = world;
  const clock = supervisor.clock('kv');
  const { kv: settings } = written.loaded.config;
  const freeBytes = async () => {
    const { bavail, bsize } = await statfs(home.data);
    return bavail * bsize;
  };
  const path = join(home.data, 'kv');
  const logger = log.logger.child({ part: 'kv' });
  const about = { path, nodeId: identity.id, zone: zones.own };
  return openKv({ ...about, clock, log: logger, bus, settings, freeBytes, cluster });
}

function watchSelf(
  { clock, health, home }: World,
  { runtime, pool, vitals }: { readonly runtime: Runtime; readonly pool: Pool; readonly vitals: VitalSigns },
): SelfWatch {
  return new SelfWatch({
    ...{ clock, health, directory: home.data },
    room: roomOn,
    lateness: () => vitals.lateness(),
    handlers: () => runtime.handlers(),
    drops: () =>
      [...pool.counters].reduce((sum, [name, count]) => (name.startsWith('dropped_') ? sum + count : sum), 0),
  });
}

async function roomOn(directory: string): Promise<Room> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { freeBytes: bavail * bsize, allBytes: blocks * bsize };
}

function watchWork({ bus, clock, health }: World, runtime: Runtime, pool: Pool): WorkWatch {
  return new WorkWatch({
    ...{ bus, clock, health, queueLimit: MOST_WAITING },
    checks: () => runtime.checks(),
    handlers: () => runtime.handlers(),
    isDeathUntold: () => pool.members.size > 1 && candidatesIn(pool).length === 0,
  });
}

/** What requests defined before. */
async function openDefinitions({ plugins }: World, state: StateStore, runtime: Runtime): Promise<Parts['definitions']> {
  const common = { rules: () => rulesOf(plugins), functions: () => functionTable(plugins.functions) };
  const open = (type: DefinableType) =>
    ApiObjects.open({
      ...{ ...common, type },
      shelf: state.shelf(`api-${type}s`),
      define: (objects) => runtime.define(`api-${type}s`, objects),
    });
  return { check: await open('check'), service: await open('service') };
}

async function restore(runtime: Runtime, state: StateStore): Promise<void> {
  await defineKnownChecks(state.shelf('health'), runtime);
  await runtime.restore();
}

/** Where gossip listens, by the configuration and the keys as they are now. */
function bindOf({ world, written, zones }: Setting): GossipBind {
  const { bind: wanted, insecure: isInsecureWanted } = written.loaded.config;
  const everywhere = everywhereOf(world.host.interfaces());
  return gossipBind({ wanted, isInsecureWanted, keys: zones.keys.state, everywhere });
}

/** As `bindOf`; what is to be said of it is said. */
function notedBind(setting: Setting): GossipBind {
  const { log, health } = setting.world;
  const bind = bindOf(setting);
  health.clear('gossip', 'insecure');
  for (const warning of bind.warnings) {
    log.logger.warn({ part: 'gossip' }, warning);
    health.raise('gossip', 'insecure', warning);
  }
  return bind;
}

interface PoolSetting {
  readonly address: string;
  readonly bind: readonly string[];
  readonly state: StateStore;
  readonly peers: Peers;
  readonly childKeys: ChildKeys;
  readonly incarnation: Incarnation;
  readonly probeTimes: Histogram;
}

async function openPool(setting: Setting, own: PoolSetting): Promise<Pool> {
  const { world, identity, hosting, written, zones } = setting;
  const { address, bind, state, peers, childKeys, incarnation, probeTimes } = own;
  const { bus, random, log, version, home, ports, health, supervisor } = world;
  const clock = supervisor.clock('gossip');
  const { config } = written.loaded;
  const facts = { id: identity.id, name: identity.name, displayName: config.display_name, zone: zones.own };
  if (!config.service_discovery_topic_enabled) return new Alone({ ...facts, address, version }, clock, bus);
  const isWildcard = bind.some((each) => each === '::' || each === '0.0.0.0');
  const advertise = config.advertise ?? (isWildcard ? address : undefined);
  const serfSnapshot = config.gossip.import_serf_snapshot;
  const first = incarnation.next();
  const listen = (port: number) =>
    startGossip({
      ...facts,
      isProxy: config.proxy_node,
      zones: zoneWays(setting, peers.client),
      peerPort: peers.port,
      probeTimes,
      agentVersion: version,
      hosting: hosting.main?.name ?? '',
      bind,
      interfaces: () => world.host.interfaces(),
      detect: config.gossip.detect,
      port,
      ...(advertise === undefined ? {} : { advertise }),
      ...(config.advertise_port === undefined ? {} : { advertisePort: config.advertise_port }),
      profile: config.gossip.profile,
      overrides: gossipConstants(config.gossip),
      tags: new Map(Object.entries(config.gossip.tags)),
      keys: zones.keys,
      foreignKeys: () => childKeys.all,
      relationTo: (zone) => relationIn(zones.tree, facts.zone, zone),
      label: config.gossip.label,
      compress: config.gossip.compress,
      allowedNetworks: config.gossip.allowed_networks,
      maxPacketsPerSource: config.gossip.max_packets_per_source,
      eventLimit: config.gossip.event_limit,
      moveWait: config.gossip.move_wait,
      incarnation: first,
      saveIncarnation: (used) => incarnation.save(used),
      shelf: state.shelf('gossip'),
      clock,
      random,
      log: log.logger.child({ part: 'gossip' }),
      bus,
      damping: config.gossip.damping,
      rejoinAfterLeave: config.gossip.rejoin_after_leave,
      ...(serfSnapshot !== undefined && { serfSnapshot: () => readSerfSnapshot(serfSnapshot) }),
      cloned: () => renewIdentity({ data: home.data, identity, isKept: config.keep_identity }),
      trouble: ({ code, text }) => {
        if (text === '') health.clear('gossip', code);
        // Without its name a node is out of the pool; all else is only not as it should be.
        else health.raise('gossip', code, text, code === 'name_lost' ? 'failed' : 'degraded');
      },
    });
  try {
    return await ports.listen('gossip', config.port, listen);
  } catch (error) {
    throw explained(error, bind, config.port);
  }
}

/** Without gossip the node would be unreachable, so the agent does not start; this says why. */
function explained(error: unknown, bind: readonly string[], port: number): unknown {
  const where = `${bind.join(', ')} port ${port}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return portTaken('gossip', where, error);
    case 'EADDRNOTAVAIL':
    case 'EACCES':
      return new OpsbroError('invalid_config', `gossip: cannot listen on ${where}: ${messageOf(error)}`, {
        cause: error,
      });
    default:
      return error;
  }
}

interface RuntimeSetting {
  readonly pool: Pool;
  readonly address: string;
  readonly state: StateStore;
  readonly series: MetricStore;
  readonly alerts: AlertParts;
  vitals(): Vitals;
}

function makeRuntime(setting: Setting, { pool, address, state, series, vitals, alerts }: RuntimeSetting): Runtime {
  const { world, identity, hosting, written, zones } = setting;
  const { host, random, log, bus, plugins, version, supervisor } = world;
  const { config } = written.loaded;
  return new Runtime({
    host: withSelf(host, { pool, hosting, vitals }),
    clock: supervisor.clock('runtime'),
    random,
    log: log.logger.child({ part: 'runtime' }),
    bus,
    plugins,
    node: {
      ...identity,
      version,
      displayName: config.display_name,
      address,
      zone: zones.own,
      hostingDrivers: hosting.active,
    },
    shelves: {
      collectors: state.shelf('collectors'),
      checks: state.shelf('checks'),
      groups: state.shelf('groups'),
      services: state.shelf('services'),
      alerts: state.shelf('alerts'),
      messages: state.shelf('messages'),
    },
    configuration: configurationOf(written),
    mutes: alerts.book,
    gathering: alerts.gathering,
    kept: keptNumbers(series, identity.name, config.metrics),
    members: () => pool.members,
    hasEvent: (type) => pool.events().some(({ name }) => name === type),
  });
}
