import type { Desk } from '../core/desk.ts';
import type { Entry, Rival } from '../core/effect.ts';
import type { Node } from '../core/node.ts';
import { readBase } from './entries.ts';

interface Parts {
  readonly desk: Desk;
  readonly selfName: string;
  /** When this node's agent started, in epoch milliseconds. */
  readonly started: () => number;
  /** Asks a member for its base part. */
  readonly ask: (node: Node) => void;
}

/** Other living members that wear our id: machines that were cloned. Which of two is the copy is told by when their agents started. */
export class Rivals {
  readonly #parts: Parts;
  readonly #known = new Map<string, Rival>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Some member answered under our id, so what is said under it is not about us alone. */
  get isAny(): boolean {
    return this.#known.size > 0;
  }

  /** A member wears our id. It may be what is left of ourselves under a former name, so it has to answer first. */
  suspect(node: Node): void {
    if (!this.#known.has(node.name)) this.#parts.ask(node);
  }

  /** A member told its base part under our id. */
  answered({ name, address, port }: Node, entries: ReadonlyMap<string, Entry>): void {
    if (this.#known.has(name)) return;
    const { selfName, started } = this.#parts;
    const theirs = readBase(entries).started;
    const isOlder = theirs < started() || (theirs === started() && name < selfName);
    this.#known.set(name, { name, address, port, isOlder });
    this.#tell();
  }

  /** A member is no longer there, or goes by another id now. */
  gone(name: string): void {
    if (this.#known.delete(name)) this.#tell();
  }

  #tell(): void {
    this.#parts.desk.do({ type: 'identity', rivals: [...this.#known.values()] });
  }
}
