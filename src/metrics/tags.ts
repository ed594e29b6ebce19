/** What tags may be at most: how many, and the characters of a name and of a value. */
export const TAG_LIMITS = { count: 20, name: 64, value: 200 } as const;

/** The name of a series: its path, and behind it the tags sorted by the bytes of their names; of two of one name the last counts. */
export function taggedName(path: string, tags: Iterable<readonly [name: string, value: string]>): string {
  const last = [...new Map(tags)];
  if (last.length === 0) return path;
  const sorted = last.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `${path};${sorted.map(([name, value]) => `${name}=${value}`).join(';')}`;
}
