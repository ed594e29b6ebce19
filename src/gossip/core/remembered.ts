import { encodeTags } from '../wire/tags.ts';
import type { Remembered } from './effect.ts';
import { isLive, type Node, OUR_VERSIONS } from './node.ts';

/** What is kept of a member over a restart. */
export const rememberedOf = (node: Node): Remembered => ({
  name: node.name,
  address: node.address,
  port: node.port,
  incarnation: node.incarnation,
  id: node.tags.get('id') ?? '',
  zone: node.tags.get('z') ?? '',
  ...(!isLive(node) && { isDead: true }),
});

/** A member of a former run: shown as dead, neither probed nor told on until it is heard of. */
export function nodeOf({ id, zone, name, address, port, incarnation }: Remembered, now: number): Node {
  const tags = new Map(id === '' ? [] : [['ob', '1'] as const, ['id', id] as const, ['z', zone] as const]);
  return {
    ...{ name, address, port, incarnation },
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
