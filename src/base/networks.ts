import { ipBytes } from './ip.ts';

/** Addresses whose first bits are these. */
export interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

const WRITTEN = /^([^/]+)(?:\/(\d{1,3}))?$/;

/** A network written as `10.0.0.0/8`, `fd00::/8` or as a single address; `undefined` when it is none. */
export function parseNetwork(written: string): Network | undefined {
  const [, address = '', digits] = WRITTEN.exec(written) ?? [];
  const bytes = ipBytes(address);
  if (!bytes) return undefined;
  const bits = digits === undefined ? 8 * bytes.length : Number(digits);
  return bits <= 8 * bytes.length ? { bytes, bits } : undefined;
}

/** Some networks; none at all stand for everywhere. */
export class Networks {
  readonly #networks: readonly Network[];

  /** What is no network is left out: the configuration was checked before. */
  constructor(written: readonly string[]) {
    this.#networks = written.flatMap((each) => parseNetwork(each) ?? []);
  }

  get areEverywhere(): boolean {
    return this.#networks.length === 0;
  }

  /** Whether an address (dotted IPv4 or IPv6, without zone) lies in one of them. */
  has(address: string): boolean {
    if (this.areEverywhere) return true;
    const bytes = ipBytes(address);
    return bytes !== undefined && this.#networks.some((network) => contains(network, bytes));
  }
}

function contains({ bytes, bits }: Network, address: Uint8Array): boolean {
  if (bytes.length !== address.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (bytes[at] !== address[at]) return false;
  const mask = 0xff00 >> (bits & 7);
  return (((bytes[whole] ?? 0) ^ (address[whole] ?? 0)) & mask & 0xff) === 0;
}
