import { failedWith } from '../../base/errors.ts';
import type { Host } from '../../net/host.ts';
import type { Engine } from './docker-engine.ts';
import {
  EngineEvent,
  EngineVersion,
  InspectedContainer,
  type ListedContainer,
  ListedContainers,
  ListedImages,
} from './docker-records.ts';

/** After this time everything is asked anew, whatever events were seen. */
const RELOAD_MS = 60_000;

/** What changes a container or the images; the engine also tells of every health check that it begins. */
const FILTERS = encodeURIComponent(
  JSON.stringify({
    type: ['container', 'image'],
    event:
      'create start restart pause unpause die stop kill oom destroy rename update health_status pull tag untag delete import load'.split(
        ' ',
      ),
  }),
);

/** What the engine has, as far as it is asked. */
export interface EngineView {
  readonly version: string;
  readonly apiVersion: string;
  readonly images: number;
  readonly containers: readonly ListedContainer[];
  /** Events a second since the last look; `undefined` the first time. */
  readonly eventsPerS: number | undefined;
  /** Everything of those that run, by id, as many as wanted. */
  readonly running: ReadonlyMap<string, InspectedContainer>;
}

interface Asked {
  readonly host: Host;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly mostRunning: number;
}

/** Keeps what is known of an engine's containers: of each everything is asked once, and again when an event says that it changed. */
export class EngineWatch {
  #inspected = new Map<string, InspectedContainer>();
  #version = { Version: '', ApiVersion: '' };
  #images = 0;
  #reloadAt = Number.NEGATIVE_INFINITY;
  /** When it was last asked for events, as epoch milliseconds and monotonic. */
  #last: { readonly wall: number; readonly mono: number } | undefined;

  /** Asks for what may have changed since the last time. Fails as the engine does. */
  async look(asked: Asked): Promise<EngineView> {
    try {
      return await this.#look(asked);
    } catch (error) {
      // What was missed is not known, so everything may be otherwise.
      this.#reloadAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  async #look(asked: Asked): Promise<EngineView> {
    const { host, engine, signal, mostRunning } = asked;
    const events = await this.#events(asked);
    const isReload = host.clock.now() >= this.#reloadAt;
    if (isReload) this.#inspected.clear();
    for (const { Actor } of events?.seen ?? []) this.#inspected.delete(Actor.ID);
    if (isReload) this.#version = EngineVersion.parse(await engine.ask('/version', signal));
    if (isReload || events?.seen.some(({ Type }) => Type === 'image')) {
      this.#images = ListedImages.parse(await engine.ask('/images/json', signal)).length;
    }
    const containers = ListedContainers.parse(await engine.ask('/containers/json?all=1', signal));
    const running = await this.#inspect(containers.filter(isRunning).slice(0, mostRunning), asked);
    if (isReload) this.#reloadAt = host.clock.now() + RELOAD_MS;
    return {
      version: this.#version.Version,
      apiVersion: this.#version.ApiVersion,
      images: this.#images,
      containers,
      eventsPerS: events && events.seen.length / events.seconds,
      running,
    };
  }

  /** Events are asked for once a round, and the next time those since then: a stream would need a connection that stays open. */
  async #events({ host, engine, signal }: Asked) {
    const now = { wall: host.clock.wall(), mono: host.clock.now() };
    const last = this.#last;
    this.#last = now;
    if (!last || now.mono <= last.mono) return undefined;
    const [since, until] = [last.wall, now.wall].map((ms) => (ms / 1_000).toFixed(3));
    const lines = await engine.lines(`/events?since=${since}&until=${until}&filters=${FILTERS}`, signal);
    return { seen: lines.map((line) => EngineEvent.parse(line)), seconds: (now.mono - last.mono) / 1_000 };
  }

  async #inspect(containers: readonly ListedContainer[], { engine, signal }: Asked) {
    const before = this.#inspected;
    this.#inspected = new Map();
    for (const { Id } of containers) {
      const known = before.get(Id) ?? (await inspect(Id, engine, signal));
      if (known) this.#inspected.set(Id, known);
    }
    return this.#inspected;
  }
}

const isRunning = ({ State }: ListedContainer): boolean => State === 'running';

/** `undefined` for one that has gone meanwhile. */
async function inspect(id: string, engine: Engine, signal: AbortSignal): Promise<InspectedContainer | undefined> {
  try {
    return InspectedContainer.parse(await engine.ask(`/containers/${id}/json`, signal));
  } catch (error) {
    if (failedWith(error, 'not_found')) return undefined;
    throw error;
  }
}
