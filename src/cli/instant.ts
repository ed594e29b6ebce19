import { systemClock } from '../base/clock.ts';
import { parseDuration } from '../base/duration.ts';
import { UsageError } from './failure.ts';

/** Epoch seconds of an age (`2h`) or of a date (`2026-01-02 15:04`). Throws a `UsageError`, naming the option, at anything else. */
export function secondsOf(option: string, written: string): number {
  if (/^\d{4}-\d\d-\d\d/.test(written)) {
    const at = Date.parse(written);
    if (!Number.isNaN(at)) return Math.floor(at / 1_000);
  }
  try {
    return Math.floor((systemClock.wall() - parseDuration(written)) / 1_000);
  } catch {
    throw new UsageError(`${option}: "${written}" is neither an age such as 2h nor a date such as 2026-01-02 15:04`);
  }
}
