/** A zone deeper below its topmost zone than this is refused. */
const MAX_DEPTH = 32;

/** Why a zone cannot be the sub-zone of another, in one clause. */
export interface ZoneFault {
  readonly zone: string;
  readonly subZone: string;
  readonly text: string;
}

/** Whoever is looked at across the borders of zones. */
interface Seen {
  readonly zone: string;
  readonly isProxy: boolean;
}

/** How the zones hang together: a zone has at most one parent, and each zone is a pool of its own. */
export class ZoneTree {
  readonly #parents: ReadonlyMap<string, string>;
  readonly #children: ReadonlyMap<string, readonly string[]>;

  private constructor(parents: ReadonlyMap<string, string>, children: ReadonlyMap<string, readonly string[]>) {
    this.#parents = parents;
    this.#children = children;
  }

  /** The tree of these zones with their sub-zones. Links that cannot be are left out and named in the faults. */
  static of(zones: ReadonlyMap<string, readonly string[]>): {
    readonly tree: ZoneTree;
    readonly faults: readonly ZoneFault[];
  } {
    const links = new Links(new Set(zones.keys()));
    for (const [zone, subZones] of zones) for (const subZone of new Set(subZones)) links.add(zone, subZone);
    links.cutDeepest();
    return { tree: new ZoneTree(links.parents, links.children), faults: links.faults };
  }

  /** All zones, in the order in which they were defined. */
  get names(): readonly string[] {
    return [...this.#children.keys()];
  }

  has(zone: string): boolean {
    return this.#children.has(zone);
  }

  /** The zone right above, if there is one. */
  parentOf(zone: string): string | undefined {
    return this.#parents.get(zone);
  }

  /** The zones right below. */
  childrenOf(zone: string): readonly string[] {
    return this.#children.get(zone) ?? [];
  }

  /** All zones above, the nearest first. */
  ancestors(zone: string): readonly string[] {
    return [...above(zone, this.#parents)];
  }

  /** All zones below, each before its own sub-zones. */
  descendants(zone: string): readonly string[] {
    return this.childrenOf(zone).flatMap((child) => [child, ...this.descendants(child)]);
  }

  /** Whether a node of zone `from` may know of `seen`: all of its own zone and of those below, and the proxies of the zone right above. */
  isVisible(from: string, seen: Seen): boolean {
    if (seen.zone === from) return true;
    if (seen.zone === this.parentOf(from)) return seen.isProxy;
    return this.ancestors(seen.zone).includes(from);
  }
}

/** The links of a tree while it grows. */
class Links {
  readonly parents = new Map<string, string>();
  readonly children = new Map<string, string[]>();
  readonly faults: ZoneFault[] = [];

  constructor(zones: ReadonlySet<string>) {
    for (const zone of zones) this.children.set(zone, []);
  }

  add(zone: string, subZone: string): void {
    const text = this.#faultOf(zone, subZone);
    if (text !== undefined) {
      this.faults.push({ zone, subZone, text });
      return;
    }
    this.parents.set(subZone, zone);
    this.children.get(zone)?.push(subZone);
  }

  /** Cuts off what lies too deep. */
  cutDeepest(): void {
    for (const zone of this.children.keys()) {
      const parent = this.parents.get(zone);
      const depth = [...above(zone, this.parents)].length + 1;
      if (parent === undefined || depth <= MAX_DEPTH) continue;
      const text = `zone "${zone}" below "${parent}" is ${depth} levels deep (expected at most ${MAX_DEPTH})`;
      this.faults.push({ zone: parent, subZone: zone, text });
      this.parents.delete(zone);
      this.children.set(
        parent,
        (this.children.get(parent) ?? []).filter((child) => child !== zone),
      );
    }
  }

  #faultOf(zone: string, subZone: string): string | undefined {
    if (!this.children.has(subZone)) {
      return `zone "${zone}" has the sub-zone "${subZone}", which is not defined (known: ${[...this.children.keys()].join(', ')})`;
    }
    const line = [zone, ...above(zone, this.parents)];
    if (line.includes(subZone)) {
      const circle = [
        subZone,
        ...line
          .slice(0, line.indexOf(subZone) + 1)
          .reverse()
          .slice(1),
        subZone,
      ];
      return `zones form a circle: ${circle.join(' > ')}`;
    }
    const parent = this.parents.get(subZone);
    return parent && `zone "${subZone}" has two parents, "${parent}" and "${zone}"`;
  }
}

function* above(zone: string, parents: ReadonlyMap<string, string>): Generator<string> {
  for (let parent = parents.get(zone); parent !== undefined; parent = parents.get(parent)) yield parent;
}
