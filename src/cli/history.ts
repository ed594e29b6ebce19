import { secondsOf } from './instant.ts';
import type { Terminal } from './terminal.ts';

/** The options of a command that shows a time of the past. */
export const SPAN_OPTIONS = {
  since: { kind: 'value', placeholder: 'D', description: 'from then on: 2h, or 2026-01-02 15:04' },
  until: { kind: 'value', placeholder: 'T', description: 'up to then' },
} as const;

interface Span {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** A time as routes want it. Throws a `UsageError` for what is none. */
export const spanQuery = ({ since, until }: Span): { since?: string; until?: string } => ({
  ...(since !== undefined && { since: String(secondsOf('--since', since)) }),
  ...(until !== undefined && { until: String(secondsOf('--until', until)) }),
});

/** What changed in one second, epoch seconds. */
interface Second<Entry> {
  readonly date: number;
  readonly entries: readonly Entry[];
}

/** Prints what changed, second by second. */
export function printHistory<Entry>(
  history: readonly Second<Entry>[],
  terminal: Terminal,
  linesOf: (entry: Entry) => readonly string[],
): void {
  for (const { date, entries } of history) {
    terminal.line(terminal.time(date * 1_000));
    for (const line of entries.flatMap(linesOf)) terminal.line(line);
  }
  if (history.length === 0) terminal.note('nothing is remembered');
}
