export const CHECK_STATES = ['ok', 'warning', 'critical', 'unknown'] as const;

export type CheckState = (typeof CHECK_STATES)[number];

/** A state as it is shown: `pending` before the first result. */
export type ShownState = CheckState | 'pending';

/** The number of a state: 0 ok, 1 warning, 2 critical, 3 unknown and pending. */
export const stateId = (state: ShownState): number => (state === 'pending' ? 3 : CHECK_STATES.indexOf(state));

/** What a program says of another check that waits for results. */
export interface ReportedResult {
  readonly id: string;
  readonly state: CheckState;
  readonly output: string;
}

/** What one run of a check concluded. */
export interface CheckResult {
  readonly state: CheckState;
  /** The first line. */
  readonly output: string;
  /** Further lines. */
  readonly longOutput?: string;
  /** Performance data items as printed, such as `load1=0.5;1;2;0`. */
  readonly perfdata?: readonly string[];
  /** Texts among the performance data that could not be read; none when left out. */
  readonly badPerfdata?: number;
  /** What a program wrote beside its output. */
  readonly stderr?: string;
  /** Exit code of the program; `null` when it has none. */
  readonly exit?: number | null;
  /** The program and its arguments as they were run, secrets masked. */
  readonly command?: readonly string[];
  /** What the program says of checks that wait for results. */
  readonly reports?: readonly ReportedResult[];
}

/** How a result came that the check did not find by itself. */
export interface Reporting {
  /** Epoch milliseconds when it was true; now when left out. */
  readonly at?: number;
  /** Milliseconds until the next one has to come, for a check that waits for results; as the check says when left out. */
  readonly ttlMs?: number;
  /** Milliseconds that it took; 0 when left out. */
  readonly durationMs?: number;
}

/** One of the last results of a check. */
export interface RecentResult {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly state: CheckState;
  readonly durationMs: number;
}

/** Everything known of a check of this node. Times are epoch milliseconds; `null` before the first. */
export interface CheckRecord {
  /** `<pack>/<path>`, the same on every node. */
  readonly id: string;
  readonly displayName: string;
  readonly packName: string;
  readonly packLevel: string;
  /** Name of the check plugin at work. */
  readonly kind: string;
  readonly state: ShownState;
  readonly oldState: ShownState;
  /** The state is confirmed by enough results in a row. */
  readonly hard: boolean;
  readonly hardState: ShownState;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly hardSince: number | null;
  /** When the confirmed state changed last. */
  readonly lastHardChange: number | null;
  readonly lastChange: number | null;
  readonly lastCheck: number | null;
  readonly nextCheck: number | null;
  readonly durationMs: number;
  /** How long after it was due the last run began. */
  readonly latencyMs: number;
  readonly output: string;
  readonly longOutput: string;
  readonly perfdata: readonly string[];
  readonly stderr: string;
  /** Exit code of its program; `null` when it has none. */
  readonly exit: number | null;
  /** The program that was run, with its arguments; empty when there is none. */
  readonly command: readonly string[];
  /** The last 21 results, oldest first. */
  readonly recent: readonly RecentResult[];
  /** It changes its state too often for single changes to be news. */
  readonly flapping: boolean;
  /** How much of the last 21 results were changes, 0..100, the newer ones weighing more. */
  readonly flapPercent: number;
  /** It should have run long ago. */
  readonly stale: boolean;
  /** Nothing was reported within the time to live of a passive check. */
  readonly expired: boolean;
  /** What it depends on that is broken itself; nobody is told of this check meanwhile. */
  readonly suppressedBy: readonly string[];
  /** It waits for what it depends on to be looked at before anybody is told. */
  readonly isWaiting: boolean;
  /** It is switched off: it does not run, and nobody is told of it. */
  readonly isDisabled: boolean;
  /** Service it belongs to; empty when none. */
  readonly service: string;
}
