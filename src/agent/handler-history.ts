import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AgentEvent } from '../model/event.ts';
import type { HandlerChange, HandlerHistory } from '../model/history.ts';
import { ChangeLog, type HistoryLimits, type Kept } from './change-log.ts';

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly shelf: Shelf;
  readonly limits: HistoryLimits;
}

/** Keeps which handler told people of which alert and which message it gave up, from now on until it is disposed of. */
export async function keepHandlerHistory({ bus, clock, shelf, limits }: Options): Promise<HandlerHistory & Kept> {
  const log = await ChangeLog.open<HandlerChange>(shelf, clock, limits);
  const listening = bus.on('alert-change', ({ action, alert: { id: alert, node, name, state, notified } }) => {
    if (action !== 'notified' && action !== 'failed') return;
    const type = action === 'notified' ? 'sent' : 'failed';
    // The event does not say whose it is: it is that of the handler that got on with the alert last.
    const [handler = ''] = [...notified].sort(([, a], [, b]) => b.at - a.at)[0] ?? [];
    log.add((stamp) => ({ ...stamp, type, handler, alert, node: node.name, name, state }));
  });
  return {
    changes: () => log.changes(),
    limit: (wanted) => log.limit(wanted),
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
