import { messageOf, OpsbroError } from '../base/errors.ts';
import type { ZoneChangedJson } from '../http/schemas/zones.ts';
import type { Health } from './health.ts';
import type { Zones } from './zones.ts';

interface ZoneChangeOptions {
  readonly zones: Zones;
  readonly health: Health;
  /** Leaves the present pool and goes to that of the own zone. */
  readonly movePool: () => Promise<void>;
  /** Tells every other part which zone it is from now on. */
  readonly moved: (zone: string) => void;
}

/** Moves the node from zone to zone, one move after the other. */
export class ZoneChange {
  readonly #options: ZoneChangeOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ZoneChangeOptions) {
    this.#options = options;
  }

  /**
   * Goes to a zone, or with `null` to that of the configuration. Throws `not_found` when it is not defined, `conflict` when its keys cannot
   * be read; the node then stays where it is.
   */
  to(wish: string | null): Promise<ZoneChangedJson> {
    const done = this.#last.then(() => this.#to(wish));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #to(wish: string | null): Promise<ZoneChangedJson> {
    const { zones, moved } = this.#options;
    const zone = zones.named(wish);
    const isHere = zone === zones.own;
    const place = isHere ? { zone, keys: zones.keys } : await zones.placeIn(zone);
    zones.enter(place, wish);
    if (isHere) return { success: true, text: `this node is in zone ${zone} already` };
    await this.#movePool(zone);
    moved(zone);
    return { success: true, text: `this node is in zone ${zone} now` };
  }

  async #movePool(zone: string): Promise<void> {
    const { health, movePool } = this.#options;
    try {
      await movePool();
      health.clear('gossip', 'not_open');
    } catch (error) {
      const text = `this node left its pool, but cannot open that of zone ${zone}: ${messageOf(error)}; restart the agent`;
      health.raise('gossip', 'not_open', text, 'failed');
      throw new OpsbroError('internal', text, { cause: error });
    }
  }
}
