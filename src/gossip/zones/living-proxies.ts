import type { Member } from '../../model/member.ts';
import type { Core } from '../core/core.ts';
import type { Directory } from '../directory.ts';
import { readTexts } from '../records/entries.ts';
import type { Linked } from './reach.ts';

/** A proxy that lives, as far as this node sees, and the zones to which it says to have a link. */
interface LivingProxy extends Linked {
  readonly id: string;
  readonly name: string;
}

/** All living proxies that this node sees, of whatever zone. */
export function livingProxies(directory: Pick<Directory, 'members'>, core: Pick<Core, 'record'>): LivingProxy[] {
  const isLiving = ({ isProxy, state }: Member) => isProxy && (state === 'alive' || state === 'suspect');
  const living = [...directory.members.values()].filter(isLiving);
  return living.map(({ id, name, zone }) => ({
    id,
    name,
    zone,
    links: readTexts(core.record(id).base.entries.get('links')),
  }));
}
