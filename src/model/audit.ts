/** Somebody asked for a change by the API. */
export interface AuditRecord {
  /** Grows with each record, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** `socket (uid unknown)`, `token NAME`, or the address of somebody who proved nothing. */
  readonly who: string;
  /** Empty for the unix socket. */
  readonly address: string;
  readonly method: string;
  /** What was asked, without secrets. */
  readonly target: string;
  /** Of the answer, as in HTTP. */
  readonly status: number;
  /** So many more like it came within the last minute; 0 for a request of its own. */
  readonly repeated: number;
}

/** Who changed what, as far as it is kept. */
export interface AuditHistory {
  /** Oldest first. */
  changes(): Promise<readonly AuditRecord[]>;
}
