import { ipBytes } from '../base/ip.ts';
import type { Interface } from './credentials.ts';
import type { Token } from './keystone.ts';
import { NotHere } from './metric.ts';

/** The services of OpenStack, with the types under which catalogs have them, best first. */
export const SERVICE_TYPES = {
  compute: ['compute'],
  volume: ['volumev3', 'block-storage', 'volumev2', 'volume'],
  identity: ['identity'],
  network: ['network'],
  image: ['image'],
  orchestration: ['orchestration'],
  'object-store': ['object-store'],
  'load-balancer': ['load-balancer'],
  dns: ['dns'],
  baremetal: ['baremetal'],
  'key-manager': ['key-manager'],
  placement: ['placement'],
  'instance-ha': ['instance-ha'],
  'container-infra': ['container-infra'],
} as const;

export type ServiceType = keyof typeof SERVICE_TYPES;

/** Which of the addresses of a service is meant. */
export interface Choice {
  readonly interface: Interface;
  /** Any when left out. */
  readonly region: string | undefined;
}

const FALLBACKS: readonly Interface[] = ['public', 'internal', 'admin'];

/** The address of a service in the catalog; `undefined` when it is in none. */
export function catalogUrl(
  { catalog }: Token,
  type: ServiceType,
  { interface: wanted, region }: Choice,
): string | undefined {
  for (const name of SERVICE_TYPES[type]) {
    const endpoints = catalog
      .filter((entry) => entry.type === name)
      .flatMap((entry) => entry.endpoints)
      .filter((each) => (region === undefined || each.region === region) && URL.canParse(each.url));
    const found = [wanted, ...FALLBACKS].map((kind) => endpoints.find((each) => each.interface === kind)?.url);
    const url = found.find((each) => each !== undefined);
    if (url !== undefined) return url;
  }
  return undefined;
}

/** The error of a service that is in no catalog. */
export class NoEndpoint extends NotHere {
  constructor(type: ServiceType) {
    super(`no endpoint for ${type} in the catalog`);
  }
}

/** Where a service is asked instead of at the address of the catalog. */
export interface LocalPlace {
  readonly protocol: 'http' | 'https';
  readonly address: string;
  readonly port: number;
}

/** The same service on this machine: scheme, host and port are replaced, the path stays. */
export function localUrl(url: string, place: LocalPlace | undefined): string {
  const { origin, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '');
  return place === undefined ? origin + path : originOf(place) + path;
}

/** The beginning of an address; one of IPv6 is put into brackets. */
export function originOf({ protocol, address, port }: LocalPlace): string {
  const plain = address.replace(/^\[(.*)\]$/, '$1');
  return `${protocol}://${plain.includes(':') ? `[${plain}]` : plain}:${port}`;
}

/** Whether a host is given by its address and not by a name. */
export const isAddress = (host: string): boolean => ipBytes(host.replace(/^\[(.*)\]$/, '$1')) !== undefined;

/** The address with this version at its end, where it has none. */
export const withVersion = (base: string, version: string): string =>
  /\/v\d+(\.\d+)?(\/|$)/.test(new URL(base).pathname) ? base : `${base}/${version}`;
