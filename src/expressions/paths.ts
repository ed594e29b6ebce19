/** What stands after `collector.` in a placeholder, split once. */
export interface Path {
  readonly text: string;
  readonly segments: readonly string[];
}

/** Other names under which data was once known. */
const ALIASES: ReadonlyMap<string, string> = new Map([['cpustats.cpuall', 'cpustats.cpu_all']]);

/** The path a text names, with old names replaced. */
export function pathOf(written: string): Path {
  const segments = written.split('.');
  const alias = ALIASES.get(segments.slice(0, 2).join('.'));
  if (alias === undefined) return { text: written, segments };
  return pathOf([alias, ...segments.slice(2)].join('.'));
}

/**
 * Finds data in a tree of plain objects, maps and lists. Segments are tried as exact keys first, then joined with those that follow (keys may
 * hold dots), longest first; whole numbers index lists; `*` gives the list of all that match. `undefined` when there is nothing.
 */
export function lookUp(tree: unknown, segments: readonly string[], from = 0): unknown {
  if (from >= segments.length || tree === undefined) return tree;
  const segment = segments[from] ?? '';
  const child = childOf(tree, segment);
  if (child !== undefined) {
    const found = lookUp(child, segments, from + 1);
    if (found !== undefined) return found;
  }
  if (segment === '*') {
    const found = childrenOf(tree).map((each) => lookUp(each, segments, from + 1));
    return found.filter((each) => each !== undefined);
  }
  return lookUpJoined(tree, segments, from);
}

function lookUpJoined(tree: unknown, segments: readonly string[], from: number): unknown {
  for (let end = segments.length; end > from + 1; end--) {
    const child = childOf(tree, segments.slice(from, end).join('.'));
    if (child === undefined) continue;
    const found = lookUp(child, segments, end);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childOf(tree: unknown, key: string): unknown {
  if (tree === null || typeof tree !== 'object') return undefined;
  if (Array.isArray(tree)) return /^\d+$/.test(key) ? tree[Number(key)] : undefined;
  if (tree instanceof Map) return tree.get(key);
  return Object.hasOwn(tree, key) ? (tree as Readonly<Record<string, unknown>>)[key] : undefined;
}

function childrenOf(tree: unknown): unknown[] {
  if (tree === null || typeof tree !== 'object') return [];
  return tree instanceof Map ? [...tree.values()] : Object.values(tree);
}
