import type { Frame } from './frames.ts';
import { converse, Dialogue, type Link } from './link.ts';
import { type Change, idOf, type RelayPool, type Told } from './relay-pool.ts';
import { SeenEvents } from './seen-events.ts';
import type { ZonePlace } from './zone-place.ts';

interface DownlinksOptions {
  readonly pool: RelayPool;
  readonly place: ZonePlace;
  readonly count: (name: string) => void;
  /** Told when a link to a zone came or went. */
  readonly changed: () => void;
}

const MAX_LINKS = 256;

/** The links that proxies of the zones below keep to this proxy: their news comes up, who our proxies are goes down. */
export class Downlinks {
  readonly #options: DownlinksOptions;
  readonly #links = new Set<Dialogue>();
  readonly #seen = new SeenEvents();
  /** Ids of the proxies of which those below were told. */
  readonly #told = new Set<string>();
  #open = 0;

  constructor(options: DownlinksOptions) {
    this.#options = options;
  }

  /** The zones that at least one link leads to. */
  get zones(): ReadonlySet<string> {
    return new Set([...this.#links].map(({ zone }) => zone));
  }

  /** Takes a link that somebody opened; `provenZone` is the zone whose key it has shown, nothing where no zone has one. */
  accept(link: Link, provenZone: string | undefined): void {
    if (this.#open >= MAX_LINKS) {
      this.#options.count('dropped_links_full');
      link.close();
      return;
    }
    this.#open += 1;
    let dialogue: Dialogue | undefined;
    converse(link, {
      greeted: ({ zone }) => {
        dialogue = this.#greet(link, zone, provenZone);
        return dialogue !== undefined;
      },
      heard: (frame) => dialogue && this.#hear(frame, dialogue.zone),
      closed: () => {
        this.#open -= 1;
        if (dialogue && this.#links.delete(dialogue)) this.#options.changed();
      },
    });
  }

  /** Tells those below what changed of our own proxies. */
  tell(change: Change): void {
    if (this.#links.size === 0) return;
    const { pool } = this.#options;
    const node = pool.node(idOf(change));
    if (node?.zone !== pool.zone) return;
    // Who is a proxy no longer is told so once.
    if (node.isProxy) this.#told.add(node.id);
    else if (!this.#told.delete(node.id)) return;
    for (const dialogue of this.#links) dialogue.tell(frameOf(change));
  }

  /** The zones hang together otherwise now: links of zones that are no longer right below are ended. */
  review(): void {
    for (const dialogue of [...this.#links]) if (!this.#options.place.isChild(dialogue.zone)) dialogue.close();
  }

  close(): void {
    for (const dialogue of [...this.#links]) dialogue.close();
  }

  #greet(link: Link, zone: string, provenZone: string | undefined): Dialogue | undefined {
    const { pool, place, count, changed } = this.#options;
    const isProven = provenZone === undefined ? !place.isKeyed?.(zone) : provenZone === zone;
    if (!place.isChild(zone) || !isProven) {
      count('dropped_link_zone');
      return undefined;
    }
    const dialogue = new Dialogue(link, zone);
    this.#links.add(dialogue);
    dialogue.tell({ kind: 'hello', id: pool.id, zone: pool.zone });
    const proxies = pool.downward();
    for (const { id } of proxies) this.#told.add(id);
    dialogue.tellNodes(proxies);
    for (const { id } of proxies) for (const full of pool.fulls(id)) dialogue.tell({ kind: 'full', full });
    changed();
    return dialogue;
  }

  /** Only what is of that zone or below it is taken from there. */
  #hear(frame: Frame, zone: string): void {
    const { pool, place, count } = this.#options;
    const isTheirs = (id: string) => {
      const known = pool.node(id);
      return known !== undefined && place.isWithin(known.zone, zone);
    };
    switch (frame.kind) {
      case 'nodes': {
        const nodes = frame.nodes.filter((node) => place.isWithin(node.zone, zone));
        if (nodes.length < frame.nodes.length) count('dropped_foreign_zone');
        pool.learn({ nodes });
        return;
      }
      case 'full':
        this.#learn(isTheirs(frame.full.id), { fulls: [frame.full] });
        return;
      case 'delta':
        this.#learn(isTheirs(frame.delta.id), { deltas: [frame.delta] });
        return;
      case 'event':
        if (place.isWithin(frame.event.zone, zone) && this.#seen.isNew(frame.event)) pool.publish(frame.event);
        return;
      case 'hello':
        return;
    }
  }

  #learn(isTheirs: boolean, told: Told): void {
    if (isTheirs) this.#options.pool.learn(told);
    else this.#options.count('dropped_foreign_zone');
  }
}

/** A change as the other side of a link is told of it. */
export function frameOf(change: Change): Frame {
  return change.kind === 'node' ? { kind: 'nodes', nodes: [change.node] } : change;
}
