/** One measured number. A ratio compares with the peer or the former way measured in the same run; below 1 is better unless said. */
export interface Row {
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  readonly ratio?: number;
  /** What the ratio compares with. */
  readonly peer?: string;
}

/** A benchmark: a file in `cases/` that exports one by default. */
export interface BenchCase {
  readonly name: string;
  run(): Promise<Row[]>;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
