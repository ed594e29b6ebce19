import { basename } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { parseDuration } from '../base/duration.ts';
import { UsageError } from './failure.ts';
import type { World } from './world.ts';

/** Epoch seconds of a time ahead, as a duration from now (`2h`) or a date (`2026-01-02 15:04`). Throws a `UsageError`, naming the option. */
export function secondsAhead(option: string, written: string): number {
  if (/^\d{4}-\d\d-\d\d/.test(written)) {
    const at = Date.parse(written);
    if (!Number.isNaN(at)) return Math.ceil(at / 1_000);
  }
  try {
    return Math.ceil((systemClock.wall() + parseDuration(written)) / 1_000);
  } catch {
    throw new UsageError(
      `${option}: "${written}" is neither a duration such as 2h nor a date such as 2026-01-02 15:04`,
    );
  }
}

/** When something begins and ends that is to last for `--for` from `--starts` on. Throws a `UsageError`. */
export function spanOf({
  for: length,
  starts,
}: {
  readonly for: string | undefined;
  readonly starts: string | undefined;
}) {
  if (length === undefined) throw new UsageError('--for: say how long, such as --for 2h');
  const begin = starts === undefined ? undefined : secondsAhead('--starts', starts);
  try {
    const seconds = parseDuration(length) / 1_000;
    const from = begin ?? systemClock.wall() / 1_000;
    return { ends: Math.ceil(from + seconds), ...(begin !== undefined && { starts: begin }) };
  } catch {
    throw new UsageError(`--for: "${length}" is not a duration such as 30m, 2h or 1d`);
  }
}

/** Who sits at the terminal, as far as can be told. */
export const personAt = ({ userHome }: Pick<World, 'userHome'>): string => basename(userHome);
