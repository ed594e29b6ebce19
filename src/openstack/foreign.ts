import { messageOf } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import { type Reading, readLines } from './line-reader.ts';

const OUTPUT_CAP = 1_048_576;

/** A program of others that prints lines of status and metrics. */
export interface ForeignProgram {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
  /** The environment beside what is handed over anyway. */
  readonly env?: Readonly<Record<string, string>>;
  /** More metrics than this are a fault. */
  readonly mostMetrics?: number;
}

/** Runs such a program and reads what it prints. A program that fails or takes too long is a reading as well. */
export async function runForeignProgram(host: Host, program: ForeignProgram, signal: AbortSignal): Promise<Reading> {
  const { argv, timeoutMs, env, mostMetrics } = program;
  try {
    const ended = await host.run({ argv, timeoutMs, outputCap: OUTPUT_CAP, ...(env && { env }) }, signal);
    if (ended.timedOut) return failed(`Plugin didn't finish in ${timeoutMs / 1_000} seconds`);
    if (ended.cut) return failed(`Plugin printed more than ${OUTPUT_CAP} bytes`);
    const reading = readLines(ended.stdout, mostMetrics);
    if (ended.exit === 0) return reading;
    const hasStatus = /^\s*status\s/m.test(ended.stdout);
    return failed(
      hasStatus ? reading.status : `Plugin exited with non-zero status code (code=${ended.exit ?? ended.signal})`,
    );
  } catch (error) {
    signal.throwIfAborted();
    return failed(`Plugin cannot be started: ${messageOf(error)}`);
  }
}

const failed = (status: string): Reading => ({
  state: 'unavailable',
  status,
  isError: true,
  metrics: [],
  warnings: [],
});
