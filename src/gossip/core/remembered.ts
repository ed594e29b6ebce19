import { encodeTags } from '../wire/tags.ts';
import type { Remembered } from './effect.ts';
import { type Node, OUR_VERSIONS } from './node.ts';

/** What is kept of a member over a restart. */
export const rememberedOf = ({ name, address, port, incarnation, tags }: Node): Remembered => ({
  name,
  address,
  port,
  incarnation,
  id: tags.get('id') ?? '',
  zone: tags.get('z') ?? '',
});

/** A member of a former run: shown as dead, neither probed nor told on until it is heard of. */
export function nodeOf({ id, zone, ...place }: Remembered, now: number): Node {
  const tags = new Map(id === '' ? [] : [['ob', '1'] as const, ['id', id] as const, ['z', zone] as const]);
  return {
    ...place,
    tags,
    meta: encodeTags(tags),
    versions: OUR_VERSIONS,
    state: 'dead',
    status: 'failed',
    statusLTime: 0,
    listed: false,
    changedAt: now,
  };
}
