import type { NodeChange } from '../model/history.ts';
import { type Asked, type HistoryPage, type Language, pageOfHistory } from './history-page.ts';
import { NODE_CHANGE_FIELDS, type NodeChangeJson } from './pool-schemas.ts';

/** The changes of nodes that are asked for, oldest first, those of one second together: from a place on, or else the newest. */
export const historyPage = (
  changes: readonly NodeChange[],
  asked: Asked,
  language: Language,
): HistoryPage<NodeChangeJson> =>
  pageOfHistory(changes, asked, { ...language, fields: NODE_CHANGE_FIELDS, json: changeJson });

const changeJson = (change: NodeChange): NodeChangeJson => ({
  type: change.type,
  uuid: change.id,
  name: change.name,
  display_name: change.displayName,
  old_state: change.oldState ?? null,
  state: change.state,
  incarnation: change.incarnation,
  reason: change.reason,
  old: change.old ?? null,
  now: change.now ?? null,
});
