import type { Random } from '../../base/random.ts';
import { isLive, type Node } from './node.ts';

/**
 * Who is in the pool: every known member by name, and the shuffled list that probes walk. Members that are no longer listed are still
 * known, but count in no formula.
 */
export class Roster {
  readonly #nodes = new Map<string, Node>();
  readonly #random: Random;
  /** Names of listed members, in the order of probing; between two rounds also of some that are no longer listed. */
  #round: string[] = [];
  /** Who is still in the round but no longer listed. */
  readonly #struck = new Set<string>();
  readonly #lost = new Set<string>();
  #place = 0;
  #tellPlace = 0;
  #listed = 0;
  #alive = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get nodes(): ReadonlyMap<string, Node> {
    return this.#nodes;
  }

  /** The n of all formulas: listed members, ourselves included. */
  get size(): number {
    return Math.max(1, this.#listed);
  }

  /** How many members are alive, ourselves included; suspects are not counted. */
  get aliveCount(): number {
    return this.#alive;
  }

  /** Names of the members that died without leaving. */
  get lost(): ReadonlySet<string> {
    return this.#lost;
  }

  get(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  /** Remembers what is now known of a member; a newly listed one gets a random place in the probe list. */
  set(node: Node): void {
    const before = this.#nodes.get(node.name);
    this.#nodes.set(node.name, node);
    this.#recount(node.name, before, node);
  }

  /** Remembers many members at once who were not known, then shuffles the probe list. */
  fill(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.#nodes.set(node.name, node);
      this.#alive += Number(node.state === 'alive');
      if (isLost(node)) this.#lost.add(node.name);
      if (!node.listed) continue;
      this.#listed += 1;
      this.#round.push(node.name);
    }
    this.#shuffle();
  }

  /** From now on these are no longer listed; all at once, as each alone would cost a walk through the list. */
  unlist(nodes: readonly Node[]): void {
    const names = new Set<string>();
    for (const node of nodes) {
      if (!this.#nodes.get(node.name)?.listed) continue;
      names.add(node.name);
      this.#nodes.set(node.name, { ...node, listed: false });
      this.#listed -= 1;
    }
    this.#round = this.#round.filter((name) => !names.has(name));
  }

  /** Forgets a member altogether. */
  delete(name: string): void {
    const before = this.#nodes.get(name);
    this.#nodes.delete(name);
    this.#recount(name, before, undefined);
  }

  /** The next live member to probe other than `self`. Told when a round is complete, before the list is shuffled anew. */
  nextToProbe(self: string, roundEnded: () => void): Node | undefined {
    for (let looked = 0; looked <= this.#round.length; looked += 1) {
      if (this.#place >= this.#round.length) {
        roundEnded();
        this.#shuffle();
        this.#place = 0;
      }
      const node = this.#atPlace(this.#place);
      this.#place += 1;
      if (node && node.name !== self && isLive(node)) return node;
    }
    return undefined;
  }

  /**
   * The next `count` different listed members that are wanted, in the order of the shuffled list: the few times that a message is told on
   * reach as many different members as possible.
   */
  nextToTell(count: number, isWanted: (node: Node) => boolean): Node[] {
    const found: Node[] = [];
    for (let left = this.#round.length; left > 0 && found.length < count; left -= 1) {
      this.#tellPlace = (this.#tellPlace + 1) % this.#round.length;
      const node = this.#atPlace(this.#tellPlace);
      if (node && isWanted(node)) found.push(node);
    }
    return found;
  }

  /**
   * Up to `count` different listed members that are wanted, at random. Tries a bounded number of times, as memberlist does, so that in a
   * big pool nobody walks the whole list.
   */
  sample(count: number, isWanted: (node: Node) => boolean): Node[] {
    const found = new Set<Node>();
    const length = this.#round.length;
    if (length <= SMALL) return this.#sampleSmall(count, isWanted);
    for (let tries = 3 * SMALL; tries > 0 && found.size < count; tries -= 1) {
      const node = this.#atPlace(Math.floor(this.#random() * length));
      if (node && isWanted(node)) found.add(node);
    }
    return [...found];
  }

  #sampleSmall(count: number, isWanted: (node: Node) => boolean): Node[] {
    const wanted = this.#round.flatMap((_, place) => this.#atPlace(place) ?? []).filter(isWanted);
    const found: Node[] = [];
    while (found.length < count && wanted.length > 0) {
      found.push(...wanted.splice(Math.floor(this.#random() * wanted.length), 1));
    }
    return found;
  }

  /** The listed member at a place of the round. */
  #atPlace(place: number): Node | undefined {
    const node = this.#nodes.get(this.#round[place] ?? '');
    return node?.listed ? node : undefined;
  }

  #recount(name: string, before: Node | undefined, after: Node | undefined): void {
    this.#alive += Number(after?.state === 'alive') - Number(before?.state === 'alive');
    if (after && isLost(after)) this.#lost.add(name);
    else if (before && isLost(before)) this.#lost.delete(name);
    const wasListed = before?.listed ?? false;
    const isListed = after?.listed ?? false;
    if (wasListed === isListed) return;
    this.#listed += isListed ? 1 : -1;
    if (isListed) this.#enlist(name);
    else this.#strike(name);
  }

  #enlist(name: string): void {
    if (this.#struck.delete(name)) return;
    this.#round.splice(Math.floor(this.#random() * (this.#round.length + 1)), 0, name);
  }

  /** Takes a member out of the round; a sweep for each one would be dear when half of the pool goes. */
  #strike(name: string): void {
    this.#struck.add(name);
    if (2 * this.#struck.size < this.#round.length) return;
    this.#sweep();
  }

  #sweep(): void {
    if (this.#struck.size === 0) return;
    this.#round = this.#round.filter((name) => !this.#struck.has(name));
    this.#struck.clear();
  }

  #shuffle(): void {
    this.#sweep();
    const names = this.#round;
    for (let last = names.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.#random() * (last + 1));
      [names[last], names[other]] = [names[other] ?? '', names[last] ?? ''];
    }
  }
}

/** Whether it died without having announced a leave. */
const isLost = (node: Node): boolean => node.state === 'dead' && node.status !== 'left';

/** Pools up to this size are walked as a whole to choose from. */
const SMALL = 32;
