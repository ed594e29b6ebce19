import type { Home } from '../base/home.ts';
import type { LoadedConfig } from '../config/load.ts';
import { placeOf } from '../config/origin.ts';
import type { Problem } from '../model/pack.ts';
import { movedZone } from './current-zone.ts';
import { ZoneKeyFiles } from './zone-key-files.ts';

export const GATHER = 'alerting.gather';

/** Says so when alerts are to be gathered in a zone that has no key: a node takes those of other machines only from who proves to have it. */
export async function gatherDoubts(
  home: Pick<Home, 'config' | 'data'>,
  { config, origins }: Pick<LoadedConfig, 'config' | 'origins'>,
): Promise<Problem[]> {
  if (config.alerting.gather === 'node') return [];
  const zone = movedZone(home.data) ?? config.node_zone;
  const read = (await new ZoneKeyFiles(home.config).read()).get(zone);
  if (read && 'keys' in read && read.keys.length > 0) return [];
  const message =
    `gather: zone puts together only what nodes of one machine tell, as zone "${zone}" has no key that can be read here; ` +
    `opsbro gossip zone key generate --zone ${zone} makes one`;
  return [{ level: 'warning', ...placeOf(origins, [GATHER], 'agent.yml'), key: GATHER, message }];
}
