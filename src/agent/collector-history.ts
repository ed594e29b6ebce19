import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import type { CollectorState } from '../model/collector.ts';
import type { AgentEvent } from '../model/event.ts';
import type { CollectorChange, CollectorHistory } from '../model/history.ts';
import { ChangeLog, type HistoryLimits, type Kept } from './change-log.ts';

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly shelf: Shelf;
  readonly limits?: HistoryLimits;
}

/** A server may answer with pages of text; the first of it says what is wrong. */
const MAX_LOG = 500;

/**
 * Keeps how the states of the collectors changed, from now on until it is disposed of. A restart is no change: a collector that is as it
 * was before gets no entry.
 */
export async function keepCollectorHistory({ bus, clock, shelf, limits }: Options): Promise<CollectorHistory & Kept> {
  const log = await ChangeLog.open<CollectorChange>(shelf, clock, limits);
  const last = new Map<string, CollectorState>();
  for (const { name, state } of await log.changes()) last.set(name, state);
  const listening = bus.on('collector-done', ({ collector: { name, state, log: why } }) => {
    const oldState = last.get(name) ?? 'pending';
    if (state === oldState) return;
    last.set(name, state);
    log.add((stamp) => ({ ...stamp, name, oldState, state, log: why.slice(0, MAX_LOG) }));
  });
  return {
    changes: () => log.changes(),
    limit: (wanted) => log.limit(wanted),
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
