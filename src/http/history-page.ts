import type { Clock } from '../base/clock.ts';
import { filterOf, type PureFunctions } from './filter.ts';

const DEFAULT_LIMIT = 1_000;
/** Characters of JSON that the newest changes may have when nobody says how many are wanted. */
const DEFAULT_SIZE = 1_048_576;

/** What is asked of a history. */
export interface Asked {
  readonly limit?: number | undefined;
  /** Number of a change. */
  readonly after?: string | undefined;
  /** Epoch seconds, both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly filter?: string | undefined;
}

/** What filters of a history are made with. */
export interface Language {
  readonly functions: PureFunctions;
  readonly clock: Clock;
}

interface Change {
  readonly number: number;
  readonly at: number;
}

/** How changes of one kind are shown. */
interface Form<Kept, Json> {
  /** Names that a filter may use. */
  readonly fields: readonly string[];
  json(change: Kept): Json;
}

/** A part of a history, and the cursor behind which more is to come. */
export interface HistoryPage<Json> {
  /** Changes of one second together; `date` is in epoch seconds. */
  readonly items: { date: number; entries: Json[] }[];
  readonly next: string | undefined;
}

/** The changes asked for, oldest first, those of one second together: from a place on, or else the newest. */
export function pageOfHistory<Kept extends Change, Json extends Readonly<Record<string, unknown>>>(
  changes: readonly Kept[],
  asked: Asked,
  { fields, json: jsonOf, functions, clock }: Form<Kept, Json> & Language,
): HistoryPage<Json> {
  const { since = 0, until = Number.POSITIVE_INFINITY, filter } = asked;
  const fits = filter === undefined ? () => true : filterOf(filter, fields, { functions, clock });
  const after = asked.after === undefined ? -1 : Number(asked.after);
  const fitting = changes
    .filter(({ number, at }) => number > after && secondOf(at) >= since && secondOf(at) <= until)
    .map((change) => ({ change, json: jsonOf(change) }))
    .filter(({ json }) => fits(json));
  const isForward = asked.after !== undefined || asked.since !== undefined;
  const chosen = isForward ? fitting.slice(0, asked.limit ?? DEFAULT_LIMIT) : newestOf(fitting, asked.limit);
  const hasMore = isForward && chosen.length < fitting.length;
  return { items: bySecond(chosen), next: hasMore ? String(chosen.at(-1)?.change.number) : undefined };
}

interface Shown<Json> {
  readonly change: Change;
  readonly json: Json;
}

function newestOf<Json>(shown: readonly Shown<Json>[], limit: number | undefined): readonly Shown<Json>[] {
  if (limit !== undefined) return shown.slice(-limit);
  let size = 0;
  let first = shown.length;
  while (first > 0 && size < DEFAULT_SIZE) {
    first -= 1;
    size += JSON.stringify(shown[first]?.json).length + 1;
  }
  return shown.slice(size > DEFAULT_SIZE ? first + 1 : first);
}

function bySecond<Json>(shown: readonly Shown<Json>[]): HistoryPage<Json>['items'] {
  const groups: HistoryPage<Json>['items'] = [];
  for (const { change, json } of shown) {
    const date = secondOf(change.at);
    const last = groups.at(-1);
    if (last?.date === date) last.entries.push(json);
    else groups.push({ date, entries: [json] });
  }
  return groups;
}

const secondOf = (ms: number): number => Math.floor(ms / 1_000);
