import { RING_SIZE } from './event-ring.ts';

/** More queries of one Lamport time than any pool asks at once. */
const MAX_PER_TIME = 1_024;

/** Which queries of the last 512 Lamport times were heard. */
export class QueryRing {
  readonly #slots = new Map<number, { readonly lTime: number; readonly ids: Set<number> }>();

  /** Notes a query, given the clock that has witnessed it. True when it is news. */
  add(lTime: number, id: number, time: number): boolean {
    if (lTime + RING_SIZE < time) return false;
    const place = lTime % RING_SIZE;
    const known = this.#slots.get(place);
    const ids = known?.lTime === lTime ? known.ids : new Set<number>();
    if (known?.ids !== ids) this.#slots.set(place, { lTime, ids });
    if (ids.has(id) || ids.size >= MAX_PER_TIME) return false;
    ids.add(id);
    return true;
  }
}
