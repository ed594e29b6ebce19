import type { Clock } from '../base/clock.ts';
import type { NodeChange } from '../model/history.ts';
import { filterOf, type PureFunctions } from './filter.ts';
import { NODE_CHANGE_FIELDS, type NodeChangeJson, type NodeHistoryJson } from './pool-schemas.ts';

const DEFAULT_LIMIT = 1_000;
/** Characters of JSON that the newest changes may have when nobody says how many are wanted. */
const DEFAULT_SIZE = 1_048_576;

interface Asked {
  readonly limit?: number | undefined;
  /** Number of a change. */
  readonly after?: string | undefined;
  /** Epoch seconds, both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly filter?: string | undefined;
}

interface Language {
  readonly functions: PureFunctions;
  readonly clock: Clock;
}

/** A part of a history, and the cursor behind which more is to come. */
export interface HistoryPage {
  readonly items: NodeHistoryJson;
  readonly next: string | undefined;
}

/** The changes asked for, oldest first, those of one second together: from a place on, or else the newest. */
export function historyPage(changes: readonly NodeChange[], asked: Asked, language: Language): HistoryPage {
  const { since = 0, until = Number.POSITIVE_INFINITY, filter } = asked;
  const fits = filter === undefined ? () => true : filterOf(filter, NODE_CHANGE_FIELDS, language);
  const after = asked.after === undefined ? -1 : Number(asked.after);
  const fitting = changes
    .filter(({ number, at }) => number > after && secondOf(at) >= since && secondOf(at) <= until)
    .map((change) => ({ change, json: changeJson(change) }))
    .filter(({ json }) => fits(json));
  const isForward = asked.after !== undefined || asked.since !== undefined;
  const chosen = isForward ? fitting.slice(0, asked.limit ?? DEFAULT_LIMIT) : newestOf(fitting, asked.limit);
  const hasMore = isForward && chosen.length < fitting.length;
  return { items: bySecond(chosen), next: hasMore ? String(chosen.at(-1)?.change.number) : undefined };
}

interface Shown {
  readonly change: NodeChange;
  readonly json: NodeChangeJson;
}

function newestOf(shown: readonly Shown[], limit: number | undefined): readonly Shown[] {
  if (limit !== undefined) return shown.slice(-limit);
  let size = 0;
  let first = shown.length;
  while (first > 0 && size < DEFAULT_SIZE) {
    first -= 1;
    size += JSON.stringify(shown[first]?.json).length + 1;
  }
  return shown.slice(size > DEFAULT_SIZE ? first + 1 : first);
}

function bySecond(shown: readonly Shown[]): NodeHistoryJson {
  const groups: { date: number; entries: NodeChangeJson[] }[] = [];
  for (const { change, json } of shown) {
    const date = secondOf(change.at);
    const last = groups.at(-1);
    if (last?.date === date) last.entries.push(json);
    else groups.push({ date, entries: [json] });
  }
  return groups;
}

const secondOf = (ms: number): number => Math.floor(ms / 1_000);

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
