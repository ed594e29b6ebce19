/** Where something was written; line and column are 0 when there is no such place. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The place of the first of these keys below which something was written, by `origins` of the form `file:line`; `otherwise` names what stands
 * for a file when nothing was.
 */
export function placeOf(origins: ReadonlyMap<string, string>, keys: readonly string[], otherwise: string): Place {
  const written = keys.map((key) => originOf(origins, key)).find((origin) => origin !== undefined);
  const [, file = otherwise, line = '0'] = /^(.*?)(?::(\d+))?$/.exec(written ?? otherwise) ?? [];
  return { file, line: Number(line), column: line === '0' ? 0 : 1 };
}

function originOf(origins: ReadonlyMap<string, string>, key: string): string | undefined {
  const exact = origins.get(key);
  if (exact !== undefined) return exact;
  for (const [each, origin] of origins) if (each.startsWith(`${key}.`)) return origin;
  return undefined;
}
