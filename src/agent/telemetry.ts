/** Wires the doors for samples and points of others: statsd and Graphite, into the series of this node. */
import type { Bus } from '../base/bus.ts';
import { OpsbroError } from '../base/errors.ts';
import type { GraphiteDoor } from '../graphite/graphite.ts';
import type { Family } from '../http/exposition.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { Annotations } from '../model/annotation.ts';
import type { CheckState } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { StatsdDoor } from '../statsd/statsd.ts';
import type { ToldCheck } from '../statsd/told.ts';
import { ForwardPart } from './forward-part.ts';
import { RemoteWritePart } from './remote-write-part.ts';
import { selfPrefix } from './self-series.ts';
import { latestFamilies } from './series-exposition.ts';
import type { StateStore } from './state-store.ts';
import { StatsdSums } from './statsd-sums.ts';
import { statsdView } from './statsd-view.ts';
import { SwitchedDoor } from './switched-door.ts';
import { telemetryFamilies, united } from './telemetry-families.ts';
import { type GraphiteDoorSettings, type StatsdDoorSettings, telemetryDoors } from './telemetry-settings.ts';
import type { World } from './world.ts';
import type { Written } from './written.ts';

const STATES: readonly CheckState[] = ['ok', 'warning', 'critical', 'unknown'];

interface TelemetrySetting {
  readonly world: World;
  readonly series: MetricStore;
  readonly runtime: Pick<Runtime, 'groups' | 'reportCheck'>;
  readonly state: StateStore;
  readonly annotations: Pick<Annotations, 'add'>;
  readonly pool: { readonly self: { readonly name: string } };
  /** `false` keeps all doors closed. */
  readonly hasDoors: boolean;
  /** What is in effect now. */
  written(): Written;
}

/** The doors for samples and points, open while they are wanted. What is not wanted is not even loaded. */
export class Telemetry implements AsyncDisposable {
  readonly #setting: TelemetrySetting;
  readonly #statsd: SwitchedDoor<StatsdDoorSettings, StatsdDoor>;
  readonly #graphite: SwitchedDoor<GraphiteDoorSettings, GraphiteDoor>;
  readonly #pickle: SwitchedDoor<GraphiteDoorSettings, GraphiteDoor>;
  readonly #forward: ForwardPart;
  readonly #remoteWrite: RemoteWritePart;
  readonly #listening: Disposable;
  #sums: StatsdSums | undefined;
  /** What the API tells of statsd. */
  readonly statsd;

  constructor(setting: TelemetrySetting) {
    const { world } = setting;
    const bus: Bus<AgentEvent> = world.bus;
    this.#setting = setting;
    this.#statsd = new SwitchedDoor('statsd', world, (settings, port) => this.#listenStatsd(settings, port));
    const graphite = (part: 'graphite' | 'pickle') => (settings: GraphiteDoorSettings, port: number) =>
      this.#listenGraphite(part, settings, port);
    this.#graphite = new SwitchedDoor('graphite', world, graphite('graphite'));
    this.#pickle = new SwitchedDoor('pickle', world, graphite('pickle'));
    this.#forward = new ForwardPart(world, setting.series);
    this.#remoteWrite = new RemoteWritePart(world, setting.series, () => setting.pool.self.name);
    this.#listening = bus.on('groups-change', () => this.#serveSoon());
    this.statsd = statsdView(() => this.#statsd.opened);
  }

  /** Opens and closes doors, as it is wanted now. */
  async serve(): Promise<void> {
    const { written, runtime, hasDoors } = this.#setting;
    if (!hasDoors) return;
    const { statsd, graphite, pickle } = telemetryDoors(written(), runtime.groups);
    const { config } = written().loaded;
    await Promise.all([this.#forward.serve(config.graphite), this.#remoteWrite.serve(config.prometheus)]);
    await Promise.all([this.#statsd.serve(statsd), this.#graphite.serve(graphite), this.#pickle.serve(pickle)]);
  }

  /** What the doors count, with what others count. */
  families(others: readonly Family[]): Iterable<Family> {
    const [lines, pickles] = [this.#graphite.opened?.counters, this.#pickle.opened?.counters];
    const graphite = [lines, pickles].filter((counters) => counters !== undefined);
    return united([
      ...others,
      ...telemetryFamilies(this.#statsd.opened?.counters, graphite),
      ...this.#forward.families(),
      ...this.#remoteWrite.families(),
    ]);
  }

  /** What is counted, for `/metrics`: with the last values of all series where that is wanted. */
  *shown(counted: Iterable<Family>): Generator<Family> {
    yield* counted;
    const { world, series, written, pool } = this.#setting;
    const { prometheus, metrics } = written().loaded.config;
    if (!prometheus.series) return;
    const counts = selfPrefix(pool.self.name, { isEscaped: metrics.escape_hostname });
    yield* latestFamilies({ series, counts, statsd: this.#sums }, world.clock.wall() / 1_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening[Symbol.dispose]();
    await Promise.all([this.#statsd, this.#graphite, this.#pickle].map((door) => door[Symbol.asyncDispose]()));
    // Last, as the doors tell of their windows when they close.
    await Promise.all([this.#forward[Symbol.asyncDispose](), this.#remoteWrite[Symbol.asyncDispose]()]);
  }

  #serveSoon(): void {
    const { logger } = this.#setting.world.log;
    this.serve().catch((error: unknown) => logger.error({ err: error }, 'doors cannot be opened or closed'));
  }

  async #listenStatsd({ bind, door: settings }: StatsdDoorSettings, port: number): Promise<StatsdDoor> {
    const { startStatsd } = await import('../statsd/statsd.ts');
    const { world, series, state, annotations, written } = this.#setting;
    const sums = new StatsdSums(settings.prefix);
    this.#sums = sums;
    return await startStatsd({
      ...{ bind, port, settings, clock: world.clock, random: world.random },
      log: world.log.logger.child({ part: 'statsd' }),
      store: (name, value, time) => {
        series.put(name, value, time, 'own');
        if (written().loaded.config.prometheus.series) sums.take(name, value, time);
      },
      takeEvent: ({ title: what, text: data, tags, at }) =>
        void annotations.add({ what, data, tags, ...(at !== undefined && { when: at / 1_000 }) }),
      takeCheck: (check) => this.#takeCheck(check),
      shelf: state.shelf('statsd-gauges'),
      trouble: this.#troubleOf('statsd'),
    });
  }

  async #listenGraphite(
    part: 'graphite' | 'pickle',
    { bind, door: settings }: GraphiteDoorSettings,
    port: number,
  ): Promise<GraphiteDoor> {
    const { startGraphite } = await import('../graphite/graphite.ts');
    const { world, series } = this.#setting;
    return await startGraphite({
      ...{ bind, port, settings, clock: world.clock, random: world.random },
      log: world.log.logger.child({ part: 'graphite' }),
      store: series,
      trouble: this.#troubleOf(part),
    });
  }

  #takeCheck({ name, state, message, at }: ToldCheck): boolean {
    try {
      const result = { state: STATES[state] ?? 'unknown', output: message };
      this.#setting.runtime.reportCheck(name, result, at === undefined ? {} : { at });
      return true;
    } catch (error) {
      if (error instanceof OpsbroError) return false;
      throw error;
    }
  }

  #troubleOf(part: string): (code: string, text: string) => void {
    const { health } = this.#setting.world;
    return (code, text) => {
      if (text === '') health.clear(part, code);
      else health.raise(part, code, text);
    };
  }
}
