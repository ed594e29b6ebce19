import { createHash } from 'node:crypto';
import type { Stamp } from './hlc.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LONG_HEX = /^[0-9a-f]{40}$/;

/** Who wrote what when. Of two, the one with the later stamp wins, of equal stamps the one with the greater tag. */
export interface Version {
  readonly stamp: Stamp;
  /** 16 bytes that stand for the writing node. */
  readonly tag: Uint8Array;
}

/** The 16 bytes that stand for a node: those of its UUID, the first of its 40 hex digits, else of the SHA1 of its id. */
export function nodeTag(nodeId: string): Uint8Array {
  if (UUID.test(nodeId)) return Buffer.from(nodeId.replaceAll('-', ''), 'hex');
  if (LONG_HEX.test(nodeId)) return Buffer.from(nodeId.slice(0, 32), 'hex');
  return createHash('sha1').update(nodeId).digest().subarray(0, 16);
}

const TAG_BYTES = 16;
const MOST_TAGS = 64;
const knownTags: Uint8Array[] = [];

/**
 * The tag at a place of some bytes, in memory of its own. Few nodes write, and versions are remembered longer than what they came in: the
 * same tag is the same array, as far as it is among those seen last.
 */
export function tagAt(bytes: Uint8Array, at: number): Uint8Array {
  for (const known of knownTags) {
    let same = 0;
    while (same < TAG_BYTES && known[same] === bytes[at + same]) same += 1;
    if (same === TAG_BYTES) return known;
  }
  const tag = Buffer.from(Uint8Array.from(bytes.subarray(at, at + TAG_BYTES)).buffer);
  if (knownTags.length >= MOST_TAGS) knownTags.length = 0;
  knownTags.push(tag);
  return tag;
}

/** A version as people and programs see it; texts compare as versions do. */
export function versionText({ stamp, tag }: Version): string {
  return `${stamp.toString(16).padStart(16, '0')}-${Buffer.from(tag.buffer, tag.byteOffset, tag.length).toString('hex')}`;
}

/** Less than, equal to or greater than 0, as the first version is older than, the same as or newer than the second. */
export function compareVersions(one: Version, other: Version): number {
  if (one.stamp !== other.stamp) return one.stamp < other.stamp ? -1 : 1;
  return Buffer.compare(one.tag, other.tag);
}

/** The version of such a text; `undefined` when it is none. */
export function parseVersion(text: string): Version | undefined {
  const [, stamp, tag] = /^([0-9a-f]{16})-([0-9a-f]{32})$/.exec(text) ?? [];
  return stamp === undefined || tag === undefined
    ? undefined
    : { stamp: BigInt(`0x${stamp}`), tag: Buffer.from(tag, 'hex') };
}
