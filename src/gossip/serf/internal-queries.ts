import type { Desk } from '../core/desk.ts';
import type { Node } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { Self } from '../core/self.ts';
import { type ConflictingMember, decodeQueryPayload, encodeQueryPayload } from '../wire/query-payloads.ts';
import { textOf } from '../wire/unpack.ts';
import type { KeyOperation } from './effects.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly respond: (id: number, payload: Uint8Array) => void;
}

/** What each query on keys asks for. */
export const KEY_QUERIES: Readonly<Record<KeyOperation, string>> = {
  install: '_serf_install-key',
  use: '_serf_use-key',
  remove: '_serf_remove-key',
  list: '_serf_list-keys',
};
export const CONFLICT_QUERY = '_serf_conflict';
const OPERATIONS: ReadonlyMap<string, KeyOperation> = new Map([
  ['_serf_install-key', 'install'],
  ['_serf_use-key', 'use'],
  ['_serf_remove-key', 'remove'],
  ['_serf_list-keys', 'list'],
]);

/** The numbers by which a member's status travels. */
const STATUS_NUMBERS: Readonly<Record<Node['status'], number>> = { alive: 1, leaving: 2, left: 3, failed: 4 };

/** Answers the queries that Serf agents put to each other. */
export class InternalQueries {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Answers a query of that name under the id that `keep` gives; one that is not known has no answer. */
  handle(name: string, payload: Uint8Array, keep: () => number): void {
    const operation = OPERATIONS.get(name);
    if (operation) this.#keys(operation, payload, keep);
    else if (name === CONFLICT_QUERY) this.#conflict(payload, keep);
    else this.#parts.desk.count('dropped_query_internal');
  }

  /** Who do we know under a name that is claimed twice? About our own we say nothing: we are party. */
  #conflict(payload: Uint8Array, keep: () => number): void {
    const { respond, roster, self } = this.#parts;
    const name = textOf(payload);
    if (name === undefined || name === self.name) return;
    const node = roster.get(name);
    respond(keep(), encodeQueryPayload({ kind: 'conflictResponse', member: node ? memberOf(node) : null }));
  }

  #keys(operation: KeyOperation, payload: Uint8Array, keep: () => number): void {
    const request = decodeQueryPayload(payload);
    if (request.kind !== 'keyRequest') {
      this.#parts.desk.count('dropped_query_malformed');
      return;
    }
    this.#parts.desk.do({ type: 'keys', id: keep(), operation, key: request.key });
  }
}

function memberOf({ name, address, port, status, tags, versions }: Node): ConflictingMember {
  const [pmin, pmax, pcur, dmin, dmax, dcur] = versions;
  return {
    name,
    address,
    port,
    status: STATUS_NUMBERS[status],
    tags,
    protocol: { min: pmin, max: pmax, current: pcur },
    delegate: { min: dmin, max: dmax, current: dcur },
  };
}
