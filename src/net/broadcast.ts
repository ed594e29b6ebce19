import { isIPv4 } from 'node:net';
import { ipBytes, ipText } from '../base/ip.ts';
import type { InterfaceAddress } from './host.ts';

/** Everybody on every network that this machine is directly on. */
const EVERYBODY = '255.255.255.255';
/** All IPv6 nodes of one link. */
const ALL_NODES = 'ff02::1';

/**
 * Where a datagram reaches everybody on the networks of these interfaces, or of that one of them: the broadcast address of each IPv4 network,
 * the one of all of them unless it is about one interface, and the nodes of each IPv6 link. Empty when there is no network but loopback.
 */
export function broadcastTargets(interfaces: readonly InterfaceAddress[], device?: string): string[] {
  const outside = interfaces.filter(({ internal, name }) => !internal && (device === undefined || name === device));
  const networks = outside.flatMap((each) => networkBroadcast(each) ?? []);
  const links = outside.filter(({ family }) => family === 6).map(nodesOfLink);
  const all = networks.length > 0 && device === undefined ? [EVERYBODY] : [];
  return [...new Set([...networks, ...all, ...links])];
}

const nodesOfLink = ({ name }: InterfaceAddress): string => `${ALL_NODES}%${name}`;

/** The broadcast address of an interface's IPv4 network; none for IPv6 and for networks of one or two nodes. */
export function networkBroadcast({
  address,
  netmask,
}: Pick<InterfaceAddress, 'address' | 'netmask'>): string | undefined {
  const [own, mask] = [ipBytes(address), ipBytes(netmask)];
  if (!isIPv4(address) || !own || mask?.length !== 4) return undefined;
  const bytes = own.map((byte, place) => byte | (~(mask[place] ?? 255) & 255));
  const isPointToPoint = (mask[3] ?? 0) >= 254;
  return isPointToPoint ? undefined : ipText(bytes);
}

/** Each address of these interfaces that others can reach, with those that reach everybody on its network. */
export function networksOf(
  interfaces: readonly InterfaceAddress[],
): { readonly address: string; readonly network: string }[] {
  return interfaces
    .filter(({ internal }) => !internal)
    .flatMap((each) => {
      const networks = each.family === 6 ? [nodesOfLink(each)] : [networkBroadcast(each), EVERYBODY];
      return networks.flatMap((network) => (network === undefined ? [] : [{ address: each.address, network }]));
    });
}
