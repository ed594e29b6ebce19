import type { Home } from '../base/home.ts';
import { readSmallFile } from './small-file.ts';

const GROUP = 'opsbro';

/** The number of the group that may use the socket of an installed agent; nothing when this machine has none. */
export function socketGroup({ kind }: Pick<Home, 'kind'>, file = '/etc/group'): number | undefined {
  if (kind !== 'installed') return undefined;
  const line = readSmallFile(file)
    ?.split('\n')
    .find((each) => each.startsWith(`${GROUP}:`));
  const id = line?.split(':')[2];
  return id !== undefined && /^\d+$/.test(id) ? Number(id) : undefined;
}
