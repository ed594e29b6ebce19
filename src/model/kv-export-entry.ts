import type { KvEntry } from './kv.ts';

/** Fields of something that somebody wrote. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The entry of a line; `undefined` when it is none. Whether its key may be one is for the store to say. */
export function entryIn({ key, value, version, created, modified, expires }: Fields): KvEntry | undefined {
  const bytes = bytesOf(value);
  if (typeof key !== 'string' || typeof version !== 'string' || bytes === undefined) return undefined;
  const [from, changed] = [timeOf(created), timeOf(modified)];
  const end = expires === null ? null : timeOf(expires);
  if (from === undefined || changed === undefined || end === undefined) return undefined;
  return { key, value: bytes, version, created: from, modified: changed, expires: end };
}

/** The entries of an export of Consul, or what is wrong with it. */
export function consulEntries(
  text: string,
): { readonly entries: readonly KvEntry[]; readonly broken: 0 } | { readonly fault: string } {
  const list = parsedList(text);
  if (list === undefined) return { fault: 'this is no export of keys: neither lines of JSON nor a list' };
  const entries: KvEntry[] = [];
  for (const [at, item] of list.entries()) {
    const { key, value } = fieldsOf(item);
    const bytes = value === null ? new Uint8Array() : bytesOf(value);
    if (typeof key !== 'string' || bytes === undefined) {
      return { fault: `entry ${at + 1} of the list is no key of Consul, which is {"key","flags","value"}` };
    }
    entries.push({ key, value: bytes, version: '', created: 0, modified: 0, expires: null });
  }
  return { entries, broken: 0 };
}

function parsedList(text: string): readonly unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

/** Node reads anything as base64; what does not come back as it was is none. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? bytes : undefined;
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) && time >= 0 ? time : undefined;
}
