import { OpsbroError } from '../../base/errors.ts';
import { encodeTags } from '../wire/tags.ts';

/** A record's tags may take this many bytes; peers do not tell on a longer one. */
const META_LIMIT = 512;
/** Tags that mean something to us; people may not set them. */
const RESERVED = new Set(['ob', 'id', 'z', 'pp', 'px', 'sv', 'g']);
/** As long as the tag of the record's version may get. */
const LONGEST_RECORD_TAG = `${Number.MAX_SAFE_INTEGER}.${'0'.repeat(12)}`;

/** What a node's tags say when it starts; whether it is a proxy may change while it runs. */
export interface TagFacts {
  readonly id: string;
  readonly zone: string;
  readonly isProxy: boolean;
  /** Where peers ask us; 0, or left out, while that door is closed. */
  readonly peerPort?: number;
  /** What the configuration adds. */
  readonly tags: ReadonlyMap<string, string>;
}

/** The tags of this node. Groups are left out as a whole when they do not fit. */
export function ownTags(facts: TagFacts, recordTag: string, groups: readonly string[]): ReadonlyMap<string, string> {
  const fixed = new Map([
    ['ob', '1'],
    ['id', facts.id],
    ['z', facts.zone],
    ['pp', String(facts.peerPort ?? 0)],
    ...(facts.isProxy ? ([['px', '1']] as const) : []),
    ['sv', recordTag],
    ...facts.tags,
  ]);
  if (groups.length === 0) return fixed;
  const withGroups = new Map([...fixed, ['g', groups.join(',')]]);
  return encodeTags(withGroups).length <= META_LIMIT ? withGroups : fixed;
}

/** Throws `invalid_config` when tags of the configuration have a reserved name or are too long together. */
export function checkTags(facts: TagFacts): void {
  const reserved = [...facts.tags.keys()].filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw new OpsbroError(
      'invalid_config',
      `gossip.tags: "${reserved[0]}" is used by the agent itself; choose another name`,
    );
  }
  const size = encodeTags(ownTags(facts, LONGEST_RECORD_TAG, [])).length;
  if (size > META_LIMIT) {
    throw new OpsbroError(
      'invalid_config',
      `gossip.tags: ${size} bytes with the agent's own tags, limit ${META_LIMIT}; shorten them`,
    );
  }
}
