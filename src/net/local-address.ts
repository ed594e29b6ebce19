import { ipBytes } from '../base/ip.ts';
import type { InterfaceAddress } from './host.ts';

const LOOPBACK = '127.0.0.1';

/** Interfaces that belong to containers and virtual machines of this host; others cannot reach us by their addresses. */
const VIRTUAL = /^(?:docker|br-|veth|virbr|cni|flannel|cali)/;

/**
 * The address of this machine that others best reach it by: the one its host name resolves to (`resolved`) if an interface has it, else
 * 192.168/16, 172.16/12, 10/8, other IPv4, global IPv6, in this order; interfaces of containers after all others. Never a link-local
 * address; 127.0.0.1 when there is nothing else.
 */
export function localAddress(interfaces: readonly InterfaceAddress[], resolved: readonly string[]): string {
  const usable = interfaces
    .filter(({ internal }) => !internal)
    .map(({ name, address }) => ({ address, rank: rankOf(address) + (VIRTUAL.test(name) ? VIRTUAL_RANK : 0) }))
    .filter(({ rank }) => Number.isFinite(rank));
  const own = resolved.find((address) => usable.some((candidate) => candidate.address === address));
  if (own !== undefined) return own;
  const [best] = usable.sort((a, b) => a.rank - b.rank);
  return best?.address ?? LOOPBACK;
}

const VIRTUAL_RANK = 10;

/** The smaller, the better; infinite for what is no use to others. */
function rankOf(address: string): number {
  const bytes = ipBytes(address);
  if (bytes?.length === 4) return rankOfIPv4(bytes);
  const [first = 0, second = 0] = bytes ?? [];
  const isLinkLocal = first === 0xfe && (second & 0xc0) === 0x80;
  return bytes === undefined || isLinkLocal || address === '::1' ? Number.POSITIVE_INFINITY : 4;
}

function rankOfIPv4([first = 0, second = 0]: Uint8Array): number {
  if (first === 127 || (first === 169 && second === 254)) return Number.POSITIVE_INFINITY;
  if (first === 192 && second === 168) return 0;
  if (first === 172 && second >= 16 && second < 32) return 1;
  return first === 10 ? 2 : 3;
}
