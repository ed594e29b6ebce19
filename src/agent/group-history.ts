import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AgentEvent } from '../model/event.ts';
import type { GroupChange, GroupHistory } from '../model/history.ts';
import { ChangeLog, type HistoryLimits, type Kept } from './change-log.ts';

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly shelf: Shelf;
  readonly limits?: HistoryLimits;
}

/** Keeps in which groups this node was, and by which detectors, from now on until it is disposed of. */
export async function keepGroupHistory({ bus, clock, shelf, limits }: Options): Promise<GroupHistory & Kept> {
  const log = await ChangeLog.open<GroupChange>(shelf, clock, limits);
  const listening = bus.on('groups-change', ({ add, remove, from }) => {
    const givers = (group: string) => from?.get(group) ?? [];
    for (const group of remove) log.add((stamp) => ({ ...stamp, type: 'remove', group, from: givers(group) }));
    for (const group of add) log.add((stamp) => ({ ...stamp, type: 'add', group, from: givers(group) }));
  });
  return {
    changes: () => log.changes(),
    limit: (wanted) => log.limit(wanted),
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
