import type { Clock } from '../../base/clock.ts';

interface ReachOptions {
  readonly clock: Clock;
  /** Told of each zone that cannot be seen any more, or again. */
  readonly changed: (zone: string, isReachable: boolean) => void;
}

/** A link may be gone for so long before what is behind it counts as unreachable. */
const GRACE_MS = 15_000;

/** To which zones a way leads at present: through links that living proxies say to have. */
export class Reach implements Disposable {
  readonly #options: ReachOptions;
  readonly #lost = new Set<string>();
  readonly #leaving = new Map<string, Disposable>();

  constructor(options: ReachOptions) {
    this.#options = options;
  }

  isReachable(zone: string): boolean {
    return !this.#lost.has(zone);
  }

  /** Takes in which of the zones that are known a way leads to now. */
  update(known: Iterable<string>, linked: ReadonlySet<string>): void {
    for (const zone of known) {
      if (linked.has(zone)) this.#found(zone);
      else this.#miss(zone);
    }
  }

  [Symbol.dispose](): void {
    for (const timer of this.#leaving.values()) timer[Symbol.dispose]();
    this.#leaving.clear();
  }

  #found(zone: string): void {
    this.#leaving.get(zone)?.[Symbol.dispose]();
    this.#leaving.delete(zone);
    if (this.#lost.delete(zone)) this.#options.changed(zone, true);
  }

  #miss(zone: string): void {
    if (this.#lost.has(zone) || this.#leaving.has(zone)) return;
    const timer = this.#options.clock.after(GRACE_MS, () => {
      this.#leaving.delete(zone);
      this.#lost.add(zone);
      this.#options.changed(zone, false);
    });
    this.#leaving.set(zone, timer);
  }
}

/** A proxy, and the zones to which it has a link. */
export interface Linked {
  readonly zone: string;
  readonly links: readonly string[];
}

/** The zones that a way of links leads to from `start`; `proxies` are those that live. */
export function linkedZones(start: string, proxies: Iterable<Linked>): ReadonlySet<string> {
  const links = new Map<string, Set<string>>();
  for (const { zone, links: ends } of proxies) {
    const known = links.get(zone) ?? new Set();
    links.set(zone, known);
    for (const end of ends) known.add(end);
  }
  const found = new Set([start]);
  for (const zone of found) for (const end of links.get(zone) ?? []) found.add(end);
  return found;
}
