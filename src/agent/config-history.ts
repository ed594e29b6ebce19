import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import type { ConfigChange, ConfigHistory } from '../model/history.ts';
import { withinBytes } from '../model/plugin-output.ts';
import { ChangeLog, type HistoryLimits } from './change-log.ts';

/** Somebody from outside chose the path of a request. */
const MOST_BYTES = 512;

interface Options {
  readonly clock: Clock;
  readonly shelf: Shelf;
  readonly limits: HistoryLimits;
}

/** The history of the configuration, and how its makers write it. */
export interface KeptConfigHistory extends ConfigHistory {
  /** Notes what was done now. */
  record(change: Pick<ConfigChange, 'type' | 'who' | 'what' | 'result'>): void;
  /** From now on so much is kept; what is too much goes at once. */
  limit(limits: HistoryLimits): Promise<void>;
}

/** Keeps when what people wrote took effect, and what was changed through the API. */
export async function keepConfigHistory({ clock, shelf, limits }: Options): Promise<KeptConfigHistory> {
  const log = await ChangeLog.open<ConfigChange>(shelf, clock, limits);
  const cut = (text: string) => withinBytes(text, MOST_BYTES);
  return {
    changes: () => log.changes(),
    limit: (wanted) => log.limit(wanted),
    record: ({ type, who, what, result }) =>
      log.add((stamp) => ({ ...stamp, type, who: cut(who), what: cut(what), result: cut(result) })),
  };
}
