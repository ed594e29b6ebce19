import type { Desk } from '../core/desk.ts';
import { PART_NAMES } from '../core/effect.ts';
import { isLive, isOurs, type Node } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import { OWN_KINDS } from '../wire/messages.ts';
import { packWants } from './bodies.ts';
import type { Courier } from './courier.ts';
import type { Library } from './library.ts';
import { versionSum, versionsOf } from './part.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly library: Library;
  readonly courier: Courier;
  readonly selfName: string;
  /** Name of the member whose record has that id. */
  readonly owner: (id: string) => string | undefined;
}

/** What there is of a record somewhere: the sum of its versions, or each of them where that is known. */
export interface Target {
  readonly sum?: number;
  readonly versions?: readonly number[];
}

interface Behind {
  readonly sum: number;
  readonly versions: readonly number[];
  /** Who said so, if it was somebody in particular. */
  readonly teller: string | undefined;
  readonly tries: number;
}

/** A missing part is asked for after a random part of this: the news may just be out of order, and not all should ask at once. */
const DELAY_MS = 100;
/** In a pool of more than so many the owner is asked by that much later, as all of them ask the same one. */
const AT_ONCE = 32;
const RETRY_MS = 1_000;
const MAX_TRIES = 5;

/** Asks for records that are known to be behind: whoever told of it, else the owner, in turn until it comes. */
export class Fetcher {
  readonly #parts: Parts;
  readonly #behind = new Map<string, Behind>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Somewhere there is this of a record; it is asked for if that is more than here. */
  compare(id: string, target: Target, teller?: string): void {
    const { desk, owner, roster } = this.#parts;
    const known = this.#behind.get(id);
    const wanted = { sum: target.sum ?? 0, versions: target.versions ?? [] };
    if (!this.#isBehind(id, wanted) || owner(id) === undefined) return;
    this.#behind.set(
      id,
      known ? { ...merged(known, wanted), teller: teller ?? known.teller } : { ...wanted, teller, tries: 0 },
    );
    const crowd = teller === undefined ? Math.max(1, roster.size / AT_ONCE) : 1;
    if (!known) this.#askLater(id, desk.random() * DELAY_MS * crowd);
  }

  forget(id: string): void {
    this.#behind.delete(id);
  }

  #isBehind(id: string, { sum, versions }: Pick<Behind, 'sum' | 'versions'>): boolean {
    const record = this.#parts.library.get(id);
    const have = versionsOf(record);
    return versionSum(record) < sum || have.some((version, place) => version < (versions[place] ?? 0));
  }

  #askLater(id: string, ms: number): void {
    this.#parts.desk.later(ms, () => {
      const behind = this.#behind.get(id);
      if (!behind) return;
      const source = this.#source(id, behind);
      if (!source || behind.tries === MAX_TRIES || !this.#isBehind(id, behind)) return void this.#behind.delete(id);
      this.#behind.set(id, { ...behind, tries: behind.tries + 1 });
      this.#ask(source, id);
      this.#askLater(id, RETRY_MS);
    });
  }

  #ask(source: Node, id: string): void {
    const record = this.#parts.library.get(id);
    const wants = PART_NAMES.map((part) => ({ id, part, version: record[part].version }));
    this.#parts.courier.send(source, OWN_KINDS.want, packWants(wants));
  }

  /** The teller and the owner by turns, as far as they live; else anyone, who may have it by now. */
  #source(id: string, { teller, tries }: Behind): Node | undefined {
    const { owner, roster, selfName } = this.#parts;
    const named = [...new Set([teller, owner(id)])].flatMap((name) => roster.get(name ?? '') ?? []);
    const sources = named.filter((node) => isOurs(node) && isLive(node));
    if (sources.length > 0) return sources[tries % sources.length];
    return roster.sample(1, (node) => isOurs(node) && node.state === 'alive' && node.name !== selfName)[0];
  }
}

const merged = (known: Behind, { sum, versions }: Pick<Behind, 'sum' | 'versions'>): Behind => ({
  ...known,
  sum: Math.max(known.sum, sum),
  versions: PART_NAMES.map((_, place) => Math.max(known.versions[place] ?? 0, versions[place] ?? 0)),
});
