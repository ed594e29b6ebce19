import type { KeyDoc } from './kinds.ts';

/** Whether the key of a collector's documentation stands for a path: `*` for any one segment, `**` at the end for one or more; a segment may have dots itself. */
export function standsFor({ key }: KeyDoc, path: readonly string[]): boolean {
  // Asked of every key for every number of a scrape, so most are told apart without making a text of the path.
  if (!key.includes('*')) return key.startsWith(path[0] ?? '') && key === path.join('.');
  const segments = key.split('.');
  const isOpen = segments.at(-1) === '**';
  const fixed = isOpen ? segments.slice(0, -1) : segments;
  const hasLength = isOpen ? path.length > fixed.length : path.length === fixed.length;
  return hasLength && fixed.every((segment, at) => segment === '*' || segment === path[at]);
}
