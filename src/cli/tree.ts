import type { Api } from '../http/api.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

type Collector = Api['GET /collectors/:name']['answer'];

/** Shows a collector: its state, and every value under the name that expressions use for it. */
export function printTree({ name, state, log, results, duration_ms }: Collector, terminal: Terminal): void {
  terminal.title(escaped(name));
  terminal.line(`state: ${state}${log === '' ? '' : `  ${escaped(log)}`}  (${Math.round(duration_ms)} ms)`);
  for (const [path, value] of leavesOf(results, `collector.${name}`)) {
    terminal.line(`${escaped(path)} = ${escaped(typeof value === 'string' ? value : JSON.stringify(value))}`);
  }
}

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
