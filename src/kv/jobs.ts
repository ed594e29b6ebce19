/** What waits to be done in the next batch of a store. */
import type { Outcome } from './ledger.ts';
import type { Database } from './level-database.ts';
import type { Rule } from './rules.ts';

/** A rule for a key. */
export interface Ask<Answer> {
  readonly key: string;
  readonly rule: Rule<Answer>;
  /** Room on the disk that it needs; what needs none, such as what frees room, is not refused for want of it. */
  readonly bytes: number;
}

/** Rules that are asked in one batch. */
export interface Job {
  readonly type: 'rules';
  readonly asks: readonly Ask<unknown>[];
  /** Of all of them. */
  readonly bytes: number;
  /** Told how each of them ended, when that is on the disk. */
  settle(outcomes: readonly Outcome<unknown>[]): void;
  /** Told why none of them is known to be done: nothing was asked, or what was decided may not be on the disk. */
  reject(reason: unknown): void;
}

/** What is done between two batches, when everything that was decided is on the disk. */
export interface Interlude {
  readonly type: 'interlude';
  run(database: Database): Promise<void>;
  reject(reason: unknown): void;
}

/** Rules as a job. */
export function jobOf<Answer>(
  asks: readonly Ask<Answer>[],
  settle: (outcomes: readonly Outcome<Answer>[]) => void,
  reject: Job['reject'],
): Job {
  let bytes = 0;
  for (const ask of asks) bytes += ask.bytes;
  // The outcomes are those of its own rules.
  return { type: 'rules', asks, bytes, settle: settle as Job['settle'], reject };
}

/** The keys that jobs are about. */
export function keysOf(jobs: readonly Job[]): readonly string[] {
  const keys: string[] = [];
  for (const { asks } of jobs) for (const { key } of asks) keys.push(key);
  return keys;
}

/** Tells who waits for one rule how that ended. */
export function settle<Answer>(
  outcome: Outcome<Answer> | undefined,
  resolve: (answer: Answer) => void,
  reject: (reason: unknown) => void,
): void {
  if (outcome && 'answer' in outcome) resolve(outcome.answer);
  else reject(outcome?.refusal);
}
