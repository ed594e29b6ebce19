import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Resource } from '../model/sample.ts';
import type { Host } from '../net/host.ts';

type Discover = (host: Host) => Promise<readonly Resource[]>;

/** The ways resources of pollsters are found, by name. */
const DISCOVERIES: ReadonlyMap<string, Discover> = new Map([['local_node', localNode]]);

/** This node, under its host name. */
async function localNode(host: Host): Promise<readonly Resource[]> {
  const { hostname, fqdn, architecture } = await host.facts();
  return [{ id: hostname, metadata: { fqdn, architecture } }];
}

/** The resources that are found in the way of that name. Throws `invalid_config` when there is no such way. */
export async function discover(name: string, host: Host): Promise<readonly Resource[]> {
  const way = DISCOVERIES.get(name);
  if (way) return await way(host);
  throw new OpsbroError(
    'invalid_config',
    `no discovery is named "${name}"${didYouMean(name, DISCOVERIES.keys())} (known: ${[...DISCOVERIES.keys()].join(', ')})`,
  );
}
