import { bytesOf, pack } from './pack.ts';
import { guarded, isMalformed } from './refusal.ts';
import { asBuffer, unpack } from './unpack.ts';

/** Stands in front of packed tags; without it the whole is the value of the tag `role`. */
const PACKED_TAGS = 0xff;

/** The tags of a member as the `meta` of its record. The caller minds the limit of 512 bytes. */
export function encodeTags(tags: ReadonlyMap<string, string>): Uint8Array {
  return bytesOf([Uint8Array.of(PACKED_TAGS), pack(tags)]);
}

/** The tags in the `meta` of a record; none when it cannot be read. */
export function decodeTags(meta: Uint8Array): Map<string, string> {
  if (meta[0] !== PACKED_TAGS) return new Map([['role', asBuffer(meta).toString()]]);
  const unpacked = guarded(() => unpack(meta, 1).value);
  const tags = new Map<string, string>();
  if (isMalformed(unpacked) || !(unpacked instanceof Map)) return tags;
  for (const [name, value] of unpacked) if (value instanceof Uint8Array) tags.set(name, asBuffer(value).toString());
  return tags;
}

const READ = new WeakMap<Uint8Array, ReadonlyMap<string, string>>();

/** As `decodeTags`, but the same bytes object is read only once. Its bytes must not change any more. */
export function tagsOf(meta: Uint8Array): ReadonlyMap<string, string> {
  const known = READ.get(meta);
  if (known) return known;
  const tags = decodeTags(meta);
  READ.set(meta, tags);
  return tags;
}
