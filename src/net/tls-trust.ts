import { isIP } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { ShownCertificate, TlsTrust } from './host.ts';

/** What a connection over TLS to `host` is made with. The name goes along unless it is an address, which TLS does not know as one. */
export function trustOptions(trust: TlsTrust = {}, host = ''): ConnectionOptions {
  const { verify = true, ca, cert, key, serverName = isIP(host) === 0 ? host : undefined } = trust;
  return {
    rejectUnauthorized: verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}

/** The certificate that the other side of a connection has shown; `undefined` when it has shown none. */
export function certificateOf(socket: TLSSocket): ShownCertificate | undefined {
  const { valid_to } = socket.getPeerCertificate();
  return valid_to === undefined ? undefined : { validTo: Date.parse(valid_to) };
}
