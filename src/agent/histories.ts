import { isDeepStrictEqual } from 'node:util';
import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposal } from '../base/disposal.ts';
import type { AgentEvent } from '../model/event.ts';
import type { CheckHistory, CollectorHistory, GroupHistory, HandlerHistory } from '../model/history.ts';
import type { HistoryLimits } from './change-log.ts';
import { keepCheckHistory } from './check-history.ts';
import { keepCollectorHistory } from './collector-history.ts';
import { type KeptConfigHistory, keepConfigHistory } from './config-history.ts';
import { keepGroupHistory } from './group-history.ts';
import { keepHandlerHistory } from './handler-history.ts';
import type { KeptNodeHistory } from './node-history.ts';
import type { StateStore } from './state-store.ts';

/** What happened on this node, by kind. */
export interface Histories {
  readonly groupHistory: GroupHistory;
  readonly collectorHistory: CollectorHistory;
  readonly checkHistory: CheckHistory;
  readonly handlerHistory: HandlerHistory;
  readonly configHistory: KeptConfigHistory;
  /** From now on so much is kept of each kind, that of the nodes of the pool included. */
  limitHistories(limits: HistoryLimits): Promise<void>;
}

interface Setting {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly state: Pick<StateStore, 'shelf'>;
  /** That of the nodes, which has to listen before there is a pool. */
  readonly history: Pick<KeptNodeHistory, 'limit'>;
  readonly limits: HistoryLimits;
}

/** Opens the histories and begins to write them. */
export async function keepHistories(setting: Setting, opened: Disposal): Promise<Histories> {
  const { bus, clock, state, history } = setting;
  let { limits } = setting;
  const at = (part: string) => ({ bus, clock, limits, shelf: state.shelf(part) });
  const histories = {
    groupHistory: opened.use(await keepGroupHistory(at('group-history'))),
    collectorHistory: opened.use(await keepCollectorHistory(at('collector-history'))),
    checkHistory: opened.use(await keepCheckHistory(at('check-history'))),
    handlerHistory: opened.use(await keepHandlerHistory(at('handler-history'))),
    configHistory: await keepConfigHistory(at('config-history')),
  };
  return {
    ...histories,
    async limitHistories(wanted) {
      if (isDeepStrictEqual(wanted, limits)) return;
      limits = wanted;
      for (const each of [history, ...Object.values(histories)]) await each.limit(wanted);
    },
  };
}
