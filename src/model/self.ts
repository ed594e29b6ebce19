/** What the process of the agent costs and how promptly it answers. */
export interface Vitals {
  /** Percent of one processor since the last reading, or since the start when that was less than a second ago. */
  readonly cpuPercent: number;
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
  /** Memory of its values, bytes. */
  readonly heapBytes: number;
  /** Timers, sockets and requests that are open. */
  readonly handles: number;
  /** How late timers ran of late, milliseconds. */
  readonly loopDelay: { readonly p50: number; readonly p99: number };
}

/** How the pool looks to this node. */
export interface PoolView {
  readonly zone: string;
  /** Members that are known, ourselves included, whatever they are. */
  readonly known: number;
  readonly alive: number;
  readonly suspect: number;
  readonly dead: number;
  /** How well this node itself does among the others: 0 is well, 7 the worst; absent where there are no others. */
  readonly awareness?: number;
  /** Round trips of the last answered probes, in milliseconds. */
  readonly rttMs: readonly number[];
}

/** What the agent knows of itself and tells its plugins. */
export interface SelfFacts {
  readonly vitals: Vitals;
  readonly pool: PoolView;
  /** The address under which the world reaches this machine, where its hoster says one. */
  readonly publicAddress?: string;
}
