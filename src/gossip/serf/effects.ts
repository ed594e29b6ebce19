import type { QueryFilters } from '../../model/pool.ts';

/** A question to the pool. */
export interface Question {
  readonly name: string;
  readonly payload: Uint8Array;
  readonly filters: QueryFilters;
  /** Left out, as long as a pool of this size needs. */
  readonly timeoutMs?: number;
  readonly relayFactor?: number;
}

/** What is asked of the keys of a node by the pool. */
export type KeyOperation = 'install' | 'use' | 'remove' | 'list';

/** Whether a text matches a regular expression is left to the shell, which has the engine for it. */
export interface Condition {
  readonly expression: string;
  readonly text: string;
}

/** What happens to the Serf layer beside messages. */
export type SerfInput =
  /** Tell the pool of something; its size was looked at. */
  | { readonly type: 'tellEvent'; readonly name: string; readonly payload: Uint8Array }
  /** Ask the pool; answers and the end are told under the ticket. */
  | { readonly type: 'ask'; readonly ticket: number; readonly question: Question }
  /** Our answer to the query that an effect named by `id`. */
  | { readonly type: 'respond'; readonly id: number; readonly payload: Uint8Array }
  /** Whether all conditions of the query `id` hold. */
  | { readonly type: 'matched'; readonly id: number; readonly matches: boolean };

/** What the Serf layer wants done. */
export type SerfEffect =
  /** Somebody told the pool of something; `replayed`: it comes from another's memory. */
  | {
      readonly type: 'event';
      readonly name: string;
      readonly payload: Uint8Array;
      readonly lTime: number;
      readonly replayed: boolean;
    }
  /** Somebody asks; who has an answer steps `respond` with the id. */
  | {
      readonly type: 'query';
      readonly id: number;
      readonly name: string;
      readonly payload: Uint8Array;
      readonly from: string;
    }
  /** Find out whether all of these hold, and step `matched`. */
  | { readonly type: 'match'; readonly id: number; readonly conditions: readonly Condition[] }
  /** Do this with our keys, and step `respond` with what came of it. The key of `list` is empty. */
  | { readonly type: 'keys'; readonly id: number; readonly operation: KeyOperation; readonly key: Uint8Array }
  /** An answer to our question. */
  | { readonly type: 'heardAnswer'; readonly ticket: number; readonly from: string; readonly payload: Uint8Array }
  | {
      readonly type: 'queryEnded';
      readonly ticket: number;
      readonly acks: readonly string[];
      readonly timeoutMs: number;
    };
