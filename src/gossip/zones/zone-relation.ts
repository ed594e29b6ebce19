import type { ZoneTree } from '../../model/zone-tree.ts';

/** How the zone of one who asks stands to ours. */
export type ZoneRelation = 'same' | 'child' | 'ancestor' | 'other';

/** How a zone stands to `own`: right below it, anywhere above it, or neither. */
export function relationIn(tree: ZoneTree, own: string, zone: string): ZoneRelation {
  if (zone === own) return 'same';
  if (tree.parentOf(zone) === own) return 'child';
  return tree.ancestors(own).includes(zone) ? 'ancestor' : 'other';
}
