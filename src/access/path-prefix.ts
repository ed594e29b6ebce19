/**
 * Whether a path, as it was sent, is one of these or below one. Whole segments count: `/kv/app` is no prefix of `/kv/apple`, and an escaped
 * slash parts nothing.
 */
export function isBelow(path: string, prefixes: readonly string[]): boolean {
  if (prefixes.length === 0) return true;
  const segments = segmentsOf(path);
  return prefixes.some((prefix) => {
    const wanted = segmentsOf(prefix);
    return wanted.length <= segments.length && wanted.every((segment, at) => segment === segments[at]);
  });
}

const segmentsOf = (path: string): string[] => path.replace(/\/$/, '').split('/').map(decoded);

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // what is no escape is meant as it stands
  }
}
