import { lookup } from 'node:dns/promises';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { OpsbroError } from '../base/errors.ts';

/** An address and a port. An IPv4 address is always dotted here, never mapped into IPv6. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where to listen. */
export interface ListenPlace extends Endpoint {
  /** Whether `::` leaves IPv4 to others; it takes that as well when left out. */
  readonly ipv6Only?: boolean;
}

/** The places of one door at a port: `::` stands for IPv4 as well, but not where an address of IPv4 is named beside it. */
export function listenPlaces(addresses: readonly string[], port: number): Required<ListenPlace>[] {
  const hasIpv4 = addresses.some(isIPv4);
  return addresses.map((address) => ({ address, port, ipv6Only: hasIpv4 && isIPv6(address) }));
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** `::ffff:10.0.0.1` as `10.0.0.1`; any other address as it is. */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}

/** A dotted address in the form that an IPv6 socket can send to. */
export function mappedAddress(address: string): string {
  return isIPv6(address) ? address : `::ffff:${address}`;
}

/** `10.0.0.1:6768`, `[::1]:6768`: one text for one endpoint. */
export function endpointText({ address, port }: Endpoint): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

const WRITTEN = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;

/** The place that `ADDRESS:PORT` or `[ADDRESS]:PORT` names; nothing when it is a host name or has no port. */
export function literalEndpoint(written: string): Endpoint | undefined {
  const [, host = '', digits = ''] = /^(\S+):(\d{1,5})$/.exec(written) ?? [];
  const [address, port] = [host.replace(/^\[(.*)\]$/, '$1'), Number(digits)];
  return isIP(address) === 0 || port < 1 || port > 65_535 ? undefined : { address: plainAddress(address), port };
}

/** Host and port of `host`, `host:port`, `[v6]:port` or a bare IPv6 address. Throws `bad_request` on anything else. */
export function parseEndpoint(written: string, defaultPort: number): { readonly host: string; readonly port: number } {
  if (isIPv6(written)) return { host: written, port: defaultPort };
  const [, bracketed, host = bracketed, digits] = WRITTEN.exec(written) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new OpsbroError('bad_request', `"${written}" is not an address; write HOST, HOST:PORT or [IPV6]:PORT`);
  }
  return { host, port };
}

/** Every endpoint that a written address stands for; names are looked up. Throws `bad_request` or `unreachable`. */
export async function resolveEndpoints(written: string, defaultPort: number): Promise<Endpoint[]> {
  const { host, port } = parseEndpoint(written, defaultPort);
  if (isIP(host)) return [{ address: plainAddress(host), port }];
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => ({ address: plainAddress(address), port }));
  } catch (cause) {
    throw new OpsbroError('unreachable', `the name "${host}" has no address`, { cause });
  }
}
