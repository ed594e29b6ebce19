import { z } from 'zod';
import type { LocalPlace } from './endpoint.ts';

const text = (meaning: string) => z.string().default('').describe(meaning);

/** How a probe gets into the cloud. */
export const CLOUD_OPTIONS = {
  openrc: text('File with the credentials; /root/openrc-maas, then /root/openrc when empty.'),
  interface: text('Which address of a service counts: public, internal or admin; as the credentials say when empty.'),
  region: text('Region of the services; as the credentials say when empty.'),
  insecure: z.boolean().default(false).describe('Believe whoever answers over TLS.'),
  cacert: text('File with the certificates of authorities that count instead of those of the system.'),
  no_token_cache: z.boolean().default(false).describe('Neither read nor write the file that keeps the token.'),
};

/** What the options of a cloud come to. */
export interface CloudOptions {
  readonly openrc: string;
  readonly interface: string;
  readonly region: string;
  readonly insecure: boolean;
  readonly cacert: string;
  readonly no_token_cache: boolean;
}

/** Name or address of what is probed. */
export const ipOption = z
  .string()
  .regex(/^[^\s/?#@]*$/, 'must be a name or an address')
  .default('')
  .describe('Name or address of the service; as the catalog says when empty.');

/** A port. */
export const portOption = (port: number) =>
  z.coerce.number().int().min(1).max(65_535).default(port).describe('Port of the service.');

/** The scheme of an address. */
export const protocolOption = (protocol: 'http' | 'https' = 'http') =>
  z.enum(['http', 'https']).default(protocol).describe('Protocol of the service: http or https.');

/** The options of a probe that asks a service of the cloud on this machine. */
export const localOptions = (port: number) => ({
  ip: ipOption,
  port: portOption(port),
  protocol: protocolOption(),
  ...CLOUD_OPTIONS,
});

/** Where the options say that a service is; `undefined` leaves it to the catalog. */
export const placeOf = (options: {
  readonly ip: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
}): LocalPlace | undefined =>
  options.ip === '' ? undefined : { protocol: options.protocol, address: options.ip, port: options.port };
