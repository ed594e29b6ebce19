import type { ShownState } from './check.ts';

/** A service that this node offers, judged by its checks. Times are epoch milliseconds; `null` before the first. */
export interface ServiceRecord {
  /** `<pack>/<path>`, the same on every node. */
  readonly id: string;
  /** By which peers and names know it. */
  readonly name: string;
  readonly packName: string;
  readonly packLevel: string;
  readonly state: ShownState;
  readonly oldState: ShownState;
  readonly lastChange: number | null;
  /** Ids of the checks that judge it, sorted. */
  readonly checks: readonly string[];
  /** Why it is as it is, in one sentence. */
  readonly output: string;
  /** Where it is reached; empty: at the address of the node. */
  readonly address: string;
  /** 0 when it has none. */
  readonly port: number;
  readonly protocol: string;
  readonly tags: readonly string[];
  readonly meta: ReadonlyMap<string, string>;
  /** Its share of new clients while it is ok and while it is in warning, 0 to 65535; 1 when left out. */
  readonly weights?: { readonly passing: number; readonly warning: number };
  readonly notes: string;
}
