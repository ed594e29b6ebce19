import { type Collector, collectorState } from './collector-text.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

/** Shows a collector: its state, and every value under the name that expressions use for it. */
export function printTree(collector: Collector, terminal: Terminal): void {
  const { name, log, results, duration_ms } = collector;
  terminal.title(escaped(name));
  const why = log === '' ? '' : `  ${escaped(log)}`;
  terminal.line(`state: ${collectorState(collector)}${why}  (${Math.round(duration_ms)} ms)`);
  for (const [path, value] of leavesOf(results, `collector.${name}`)) {
    terminal.line(`${escaped(path)} = ${escaped(leafText(value))}`);
  }
}

/** A single value for people. */
export const leafText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Every leaf of a tree with its path, sorted by name; items of lists by their place. */
export function* leavesOf(tree: unknown, path: string): Generator<readonly [path: string, value: unknown]> {
  if (typeof tree !== 'object' || tree === null) {
    if (tree !== null || path.split('.').length > 2) yield [path, tree];
    return;
  }
  const entries = Object.entries(tree);
  if (!Array.isArray(tree)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of entries) yield* leavesOf(value, `${path}.${name}`);
}
