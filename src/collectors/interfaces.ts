import { z } from 'zod';
import { ipBytes, ipText } from '../base/ip.ts';
import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host, InterfaceAddress } from '../net/host.ts';
import { namesIn, readIfThere } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { known } from '../plugins/trees.ts';

const info = (key: string, meaning: string): KeyDoc => ({ key: `*.${key}`, kind: 'info', unit: '', meaning });
const flag = (key: string, meaning: string): KeyDoc => ({ key: `*.${key}`, kind: 'gauge', unit: '', meaning });

export default defineCollector({
  name: 'interfaces',
  description: 'The network interfaces, their addresses and states.',
  intervalMs: 60_000,
  options: z.object({}),
  keys: [
    info('interface', 'Its name, as is the first segment.'),
    info('link_encap', 'Kind of the link, such as `Ethernet`.'),
    info('hardware_address', 'Address on the link.'),
    info('ip_address', 'First IPv4 address.'),
    info('broadcast_address', 'That reaches all of the network of the first IPv4 address.'),
    info('net_mask', 'Of the first IPv4 address.'),
    info('ip_addresses', 'All IPv4 addresses.'),
    info('ipv6_addresses', 'All IPv6 addresses.'),
    { key: '*.mtu', kind: 'gauge', unit: 'bytes', meaning: 'Largest packet.' },
    flag('up', 'Whether it is switched on.'),
    flag('running', 'Whether it is on and has a link.'),
    flag('broadcast', 'Whether it can send to all.'),
    flag('multicast', 'Whether it can send to many.'),
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const names = await namesIn(host, '/sys/class/net');
    const addresses = host.interfaces();
    const links = await Promise.all(names.map(async (name) => [name, await readLink(name, host)] as const));
    const trees: Record<string, Metrics> = {};
    for (const [name, link] of links) {
      const own = addresses.filter((address) => address.name === name);
      if (link) trees[name] = { interface: name, ...link, ...addressesOf(own) };
    }
    if (Object.keys(trees).length === 0) throw new NotEligible('this system has no interface in /sys/class/net');
    return trees;
  },
});

/** Kinds of links by the numbers of the kernel's ARPHRD table. */
const LINKS: ReadonlyMap<number, string> = new Map([
  [1, 'Ethernet'],
  [32, 'InfiniBand'],
  [512, 'Point-to-Point Protocol'],
  [768, 'IPIP Tunnel'],
  [772, 'Local Loopback'],
  [776, 'IPv6-in-IPv4'],
  [65_534, 'UNSPEC'],
]);

/** Bits of the flags of an interface. */
const [UP, BROADCAST, MULTICAST] = [0x1, 0x2, 0x1000];

/** What the system says of a link; `undefined` for an entry that is none, as the folder also has settings of bonds. */
async function readLink(name: string, host: Host): Promise<Metrics | undefined> {
  const [mtu, type, address, flagsText, state] = await Promise.all(
    ['mtu', 'type', 'address', 'flags', 'operstate'].map((file) => readIfThere(host, `/sys/class/net/${name}/${file}`)),
  );
  if (mtu === undefined) return undefined;
  const flags = numberIn(flagsText) ?? 0;
  const up = (flags & UP) !== 0;
  return known({
    mtu: numberIn(mtu),
    link_encap: LINKS.get(numberIn(type) ?? -1) ?? 'UNSPEC',
    hardware_address: address || undefined,
    up,
    // An interface without a notion of a link is "unknown" when it works.
    running: up && (state === 'up' || state === 'unknown'),
    broadcast: (flags & BROADCAST) !== 0,
    multicast: (flags & MULTICAST) !== 0,
  });
}

function addressesOf(own: readonly InterfaceAddress[]): Metrics {
  const version4 = own.filter(({ family }) => family === 4);
  const [first] = version4;
  return known({
    ip_address: first?.address,
    net_mask: first?.netmask,
    broadcast_address: first && broadcastOf(first),
    ip_addresses: version4.map(({ address }) => address),
    ipv6_addresses: own.filter(({ family }) => family === 6).map(({ address }) => address),
  });
}

function broadcastOf({ address, netmask, internal }: InterfaceAddress): string | undefined {
  const [host, mask] = [ipBytes(address), ipBytes(netmask)];
  if (internal || host?.length !== 4 || mask?.length !== 4) return undefined;
  return ipText(host.map((byte, place) => byte | (~(mask[place] ?? 0) & 0xff)));
}
