/** The composition root: wires the parts of an agent with its doors, and lives until it is told to stop. */
import { Disposal } from '../base/disposal.ts';
import { BlockingReads } from '../http/blocking.ts';
import type { Family } from '../http/exposition.ts';
import type { InsidePart } from '../http/inside-part.ts';
import type { ApiParts } from '../http/parts.ts';
import type { ReloadedJson, ReloadPreviewJson } from '../http/schemas.ts';
import { ChangeFeed } from '../kv/change-feed.ts';
import { tellGroups, tellHealth } from './alert-news.ts';
import { announceBoth } from './announcing.ts';
import { autoDetect } from './auto-detect.ts';
import { Complaints } from './complaints.ts';
import { isDnsWanted } from './dns-part.ts';
import { Doors } from './doors.ts';
import { editsOf } from './edits.ts';
import { type AgentState, factsOf } from './facts.ts';
import { healthApi } from './health-api.ts';
import { type HealthPart, openHealth } from './health-part.ts';
import { insideOf } from './inside.ts';
import { Judging } from './judging.ts';
import { logManner } from './log/manner.ts';
import { measuredFamilies } from './measured.ts';
import { historyLimits } from './node-history.ts';
import { openParts, type Parts, type Setting } from './parts.ts';
import { afterReload } from './reload.ts';
import { recordOfReload, reloadAnswer, reloadPreview } from './reload-answer.ts';
import { type ReloadMode, ReloadQueue } from './reload-queue.ts';
import { keepSelfSeries, selfPrefix } from './self-series.ts';
import { servedParts } from './served-parts.ts';
import { openShinken } from './shinken-part.ts';
import type { StandIn } from './sound-reading.ts';
import { healthReport } from './store-health.ts';
import { Telemetry } from './telemetry.ts';
import { FileWatch, watchedDirectories } from './watch-files.ts';
import { configurationOf, problemsOf, type Written } from './written.ts';
import { ZoneChange } from './zone-change.ts';
import { reloadKeys } from './zone-keys-reload.ts';
import { withZoneReads } from './zone-reads.ts';
import { withZoneRepairs } from './zone-repairs.ts';

/** Makes an agent and opens its doors. Fails when gossip or the unix socket cannot be opened; what was opened is closed again. */
export async function startAgentParts(setting: Setting): Promise<Agent> {
  const opened = new Disposal();
  try {
    const parts = await openParts(setting, opened);
    const agent = new Agent(setting, parts, opened);
    if (setting.hasDoors) await agent.open();
    return agent;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** A running agent. */
export class Agent implements AsyncDisposable {
  readonly #setting: Setting;
  readonly #parts: Parts;
  readonly #opened: Disposal;
  readonly #reads: BlockingReads;
  readonly #changes: ChangeFeed;
  readonly #doors: Doors;
  readonly #telemetry: Telemetry;
  readonly #services: HealthPart;
  readonly #zoneChange: ZoneChange;
  readonly #started: number;
  readonly #startedMono: number;
  readonly #reloads = new ReloadQueue((mode) => this.#reload(mode));
  readonly #complaints: Complaints;
  #written: Written;
  #standIns: readonly StandIn[];
  #watching: FileWatch | undefined;
  #announcing: Disposable;
  #serving: Promise<void> = Promise.resolve();
  #state: AgentState = 'initializing';
  #askToStop: () => void = () => {};
  /** What it is made of and how that fares. */
  readonly inside: InsidePart;
  /** Resolves when somebody wants the agent to stop. */
  readonly stopWanted: Promise<void>;

  /** Use `startAgentParts`. */
  constructor(setting: Setting, parts: Parts, opened: Disposal) {
    const { world, written } = setting;
    this.#setting = setting;
    this.#parts = parts;
    this.#opened = opened;
    this.#written = written;
    this.#standIns = setting.standIns;
    this.#complaints = new Complaints(world.log.logger.child({ part: 'config' }), world.health);
    this.#started = world.clock.wall();
    this.#startedMono = world.clock.now();
    this.stopWanted = new Promise((resolve) => {
      this.#askToStop = resolve;
    });
    this.#zoneChange = new ZoneChange({
      zones: setting.zones,
      health: world.health,
      movePool: () => parts.kvCluster.leave().then(parts.movePool),
      moved: (zone) => this.#moved(zone),
    });
    this.#services = openHealth(
      { ...parts, world, muting: parts.runtime.muting, written: () => this.#written },
      opened,
    );
    this.#telemetry = opened.use(new Telemetry({ ...setting, ...parts, written: () => this.#written }));
    this.inside = insideOf({
      ...{ world, parts, hosting: setting.hosting, written: () => this.#written },
      state: () => this.#state,
      isDnsWanted: () => this.#isDnsWanted,
    });
    this.#reads = new BlockingReads(world);
    this.#changes = new ChangeFeed({ ...world, store: parts.kv });
    this.#doors = opened.use(
      new Doors(
        world,
        written.loaded.config,
        withZoneRepairs(withZoneReads(this.#apiParts(), parts.peers), parts.peers),
      ),
    );
    // Ended before the doors close, so that who waits gets an answer.
    opened.use(this.#reads);
    opened.use(this.#changes);
    this.#announcing = this.#announce();
    opened.defer(() => this.#announcing[Symbol.dispose]());
    opened.use(world.bus.on('groups-change', () => void this.#serveDns()));
    opened.defer(() => this.#watching?.[Symbol.dispose]());
    this.#noteProblems();
  }

  /** Opens the doors. */
  async open(): Promise<void> {
    await this.#doors.open();
    await this.#serveDns();
    await this.#telemetry.serve();
  }

  /** Looks for the pool and begins to work; resolves when collectors and detectors have done a round. */
  async run(): Promise<void> {
    const { pool, runtime } = this.#parts;
    const { config } = this.#written.loaded;
    pool.rejoin(config.seeds);
    if (this.#setting.autoDetect) this.#opened.use(autoDetect(this.#setting.world, pool, config.proxy_node));
    this.#watch();
    this.#opened.use(this.#setting.hosting.keepAsking(() => this.#hosterFound()));
    const { bus, clock } = this.#setting.world;
    // Which groups are found first is no news.
    if (config.alerting.first_result === 'all') this.#opened.use(tellGroups(bus));
    this.#opened.use(this.#keepSelfSeries());
    await runtime.start();
    if (config.alerting.first_result !== 'all') this.#opened.use(tellGroups(bus));
    this.#opened.use(tellHealth(bus, clock, () => this.#health()));
    const unwatched = (error: unknown) =>
      this.#setting.world.log.logger.error({ err: error }, 'services are not watched');
    this.#serving = this.#services.start().catch(unwatched);
    this.#opened.use(openShinken({ ...this.#setting, ...this.#parts, packs: () => this.#written.packs }));
    if (this.#state === 'initializing') this.#state = 'ok';
    // Who waits for that hears of it.
    bus.emit({ type: 'agent-health' });
  }

  /** Does one round of everything: what `run` does, and each check once. */
  async runOnce(): Promise<void> {
    await this.run();
    await this.#serving;
    const { runtime } = this.#parts;
    // What cannot be run, as it only takes results, says so.
    await Promise.allSettled(runtime.checks().map(({ id }) => runtime.runCheck(id)));
  }

  get groups(): ReadonlySet<string> {
    return this.#parts.runtime.groups;
  }

  /** What a person should know about how it is set up. */
  get warnings(): readonly string[] {
    return this.#parts.warnings();
  }

  /** The zone it is in. */
  get zone(): string {
    return this.#setting.zones.own;
  }

  get name(): string {
    return this.#parts.pool.self.name;
  }

  /** Begins an orderly stop: `stopWanted` resolves, and who waits for it disposes of the agent. */
  stop({ leave }: { readonly leave: boolean }): void {
    if (this.#state === 'stopping') return;
    this.#state = 'stopping';
    const gone = leave ? this.#leave() : Promise.resolve();
    void gone.finally(() => this.#askToStop());
  }

  /** Others keep what was kept here before it is gone. */
  async #leave(): Promise<void> {
    await this.#parts.kvCluster.leave();
    await this.#parts.pool.leave();
  }

  /** Reads everything again and applies what changed. While one runs, all further calls together cause one more. */
  reload(mode: ReloadMode = 'leave-out'): Promise<ReloadedJson> {
    return this.#reloads.ask(mode);
  }

  /** What a reload would change, read at this moment. */
  async previewReload(): Promise<ReloadPreviewJson> {
    const read = await this.#setting.readAside();
    const before = this.#written;
    return reloadPreview({
      started: this.#setting.written,
      before,
      after: afterReload(before, read.written),
      read,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'stopping';
    await this.#opened[Symbol.asyncDispose]();
  }

  async #reload(mode: ReloadMode): Promise<ReloadedJson> {
    const { world, read } = this.#setting;
    const before = this.#written;
    const reading = await read();
    const isBroken = problemsOf(reading.written).some(({ level }) => level === 'error');
    const written = mode === 'all-or-nothing' && isBroken ? before : afterReload(before, reading.written);
    this.#written = written;
    const difference = this.#parts.runtime.apply(configurationOf(written));
    if (written !== before) {
      this.#standIns = reading.standIns;
      await this.#applySettings(before);
      const unkept = await reading.keep();
      if (unkept !== undefined) world.log.logger.warn({ reason: unkept }, 'good versions cannot be kept');
    }
    this.#noteProblems();
    this.#watch();
    const answer = reloadAnswer({ started: this.#setting.written, before, after: written, read: reading, difference });
    world.bus.emit({ type: 'config-change' });
    world.log.logger.info({ ...difference, errors: answer.errors.length }, 'configuration read again');
    this.#parts.configHistory.record(recordOfReload(answer));
    return answer;
  }

  async #applySettings(before: Written): Promise<void> {
    const { world, zones } = this.#setting;
    const { config, zones: tree } = this.#written.loaded;
    this.#parts.pool.setDisplayName(config.display_name);
    this.#parts.alerts.apply(config.alerting);
    await this.#parts.limitHistories(historyLimits(config));
    await zones.reload(tree);
    await this.#parts.access.apply(config);
    await this.#doors.renewCertificate();
    this.#parts.peers.keys.refresh();
    this.#reviewZones();
    world.log.apply(logManner(config, process.env));
    const seeds = config.seeds.filter((seed) => !before.loaded.config.seeds.includes(seed));
    if (seeds.length > 0) void this.#parts.pool.join(seeds);
    await this.#serveDns();
    await this.#telemetry.serve();
  }

  /** Follows changes of files while the configuration wants it. */
  #watch(): void {
    const { world } = this.#setting;
    const { home, clock, log } = world;
    const isWanted = this.#written.loaded.config.watch ?? home.kind === 'checkout';
    if (!isWanted) {
      this.#watching?.[Symbol.dispose]();
      this.#watching = undefined;
      return;
    }
    this.#watching?.look();
    this.#watching ??= new FileWatch({
      directories: watchedDirectories(home),
      clock,
      changed: () => void this.reload().catch((error: unknown) => log.logger.error({ err: error }, 'reload failed')),
      failed: (reason) => log.logger.warn({ part: 'config' }, reason),
    });
  }

  /** The new pool knows nothing of this node yet. */
  #moved(zone: string): void {
    const { pool, runtime } = this.#parts;
    runtime.moveTo(zone);
    this.#parts.kvCluster.moved();
    this.#announcing[Symbol.dispose]();
    this.#announcing = this.#announce();
    this.#parts.alerts.moved();
    pool.setDisplayName(this.#written.loaded.config.display_name);
    this.#reviewZones();
    pool.rejoin(this.#written.loaded.config.seeds);
  }

  #reviewZones(): void {
    const { proxy_node: isProxy, seeds } = this.#written.loaded.config;
    this.#parts.pool.reviewZones({ isProxy, seeds });
  }

  #announce(): Disposable {
    const { runtime, pool } = this.#parts;
    const takes = () => this.#written.loaded.config.monitoring_topic_enabled && runtime.tells('node');
    return announceBoth(this.#setting.world.bus, { runtime, pool, takes });
  }

  /** Rules about hosters are looked at too rarely to wait for their next turn. */
  #hosterFound(): void {
    const { log } = this.#setting.world;
    const failed = (error: unknown) => log.logger.debug({ err: error }, 'detectors could not be run');
    this.#parts.runtime.runDetectors(undefined, { isDry: false }).catch(failed);
  }

  #noteProblems(): void {
    this.#complaints.tell(problemsOf(this.#written), this.#standIns);
  }

  async #serveDns(): Promise<void> {
    if (!this.#setting.hasDoors) return;
    const { dns } = this.#written.loaded.config;
    await this.#doors.serveDns(dns, this.#isDnsWanted);
  }

  get #isDnsWanted(): boolean {
    return isDnsWanted(this.#written.loaded.config.dns, this.groups);
  }

  #apiParts(): ApiParts & Pick<Parts, 'access'> {
    const { world } = this.#setting;
    const judging = new Judging(world);
    return {
      ...servedParts(this.#setting, this.#parts, () => this.#written.packs),
      agent: {
        facts: () => this.#facts(),
        health: () => this.#health(),
        problems: () => problemsOf(this.#written),
        reload: (mode) => this.reload(mode),
        previewReload: () => this.previewReload(),
        judgePosted: (posted) => judging.judge(posted),
        leave: () => this.stop({ leave: true }),
        stop: (how) => this.stop(how),
      },
      reads: this.#reads,
      zones: {
        list: () => this.#setting.zones.list(),
        change: (zone) => this.#zoneChange.to(zone),
        reloadKeys: (zone) => reloadKeys(zone, this.#setting.zones, this.#parts),
      },
      inside: this.inside,
      health: healthApi(this.#services, { world, logPaths: () => this.#written.loaded.config.mob.log_paths }),
      changes: this.#changes,
      statsd: this.#telemetry.statsd,
      edits: editsOf({ world, written: () => this.#written, reload: () => this.reload() }),
      metrics: () => this.#telemetry.shown(this.#counted()),
    };
  }

  #counted(): Iterable<Family> {
    const uptime = (this.#setting.world.clock.now() - this.#startedMono) / 1_000;
    const { counts: doors } = this.#doors;
    return measuredFamilies({ parts: this.#parts, doors, telemetry: this.#telemetry, uptime });
  }

  #keepSelfSeries(): Disposable {
    const { pool, series } = this.#parts;
    const { metrics } = this.#written.loaded.config;
    return keepSelfSeries({
      clock: this.#setting.world.supervisor.clock('metrics'),
      prefix: selfPrefix(pool.self.name, { isEscaped: metrics.escape_hostname }),
      families: () => this.#counted(),
      put: (name, value, time) => void series.put(name, value, time, 'own'),
    });
  }

  #facts() {
    const { world, hosting, zones } = this.#setting;
    const { pool, runtime, warnings, localAddress: address } = this.#parts;
    return factsOf({
      world,
      config: this.#written.loaded.config,
      state: this.#state,
      warnings: warnings(),
      complaints: pool.complaints,
      keys: zones.keys,
      started: this.#started,
      membership: pool,
      localAddress: address,
      hosting: hosting.states,
      vitals: this.#parts.vitals(),
      system: runtime.collectors().find(({ name }) => name === 'system')?.results ?? null,
    });
  }

  #health() {
    return healthReport(this.#setting.world, this.#parts);
  }
}
