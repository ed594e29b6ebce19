import { z } from 'zod';
import { duration, flag } from '../../config/fields.ts';
import type { CheckState } from '../../model/check.ts';
import type { Host, ShownCertificate, TlsTrust } from '../../net/host.ts';

const DAY_MS = 86_400_000;

/** What may be said of TLS. */
export const trustFields = {
  verify: flag().default(true).describe('false: the certificate is not verified.'),
  ca: z.string().optional().describe('File with the authorities (PEM) that count instead of those of the system.'),
  cert: z.string().optional().describe('File with our own certificate (PEM).'),
  key: z.string().optional().describe('File with its key (PEM).'),
  server_name: z.string().optional().describe('Name that is asked for and has to be in the certificate.'),
  cert_warning: duration().prefault('14d').describe('WARNING when the certificate ends within this time; 0: never.'),
  cert_critical: duration().prefault('3d').describe('CRITICAL when it ends within this time; 0: never.'),
};

interface TrustTerms {
  readonly verify: boolean;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly server_name?: string | undefined;
  readonly cert_warning: number;
  readonly cert_critical: number;
}

/** What a connection is made with. Fails with the system's error for a file that cannot be read. */
export async function trustOf({ verify, ca, cert, key, server_name }: TrustTerms, host: Host): Promise<TlsTrust> {
  const [caText, certText, keyText] = await Promise.all(
    [ca, cert, key].map((path) => (path === undefined ? undefined : host.readFile(path))),
  );
  return {
    verify,
    ...(caText !== undefined && { ca: caText }),
    ...(certText !== undefined && { cert: certText }),
    ...(keyText !== undefined && { key: keyText }),
    ...(server_name !== undefined && { serverName: server_name }),
  };
}

/** What is to be said of when a certificate ends, `wall` being now in epoch milliseconds; nothing when it is well. */
export function certificateFault(
  certificate: ShownCertificate | undefined,
  { cert_warning, cert_critical }: TrustTerms,
  wall: number,
): { readonly state: CheckState; readonly note: string } | undefined {
  if (!certificate) return undefined;
  const left = certificate.validTo - wall;
  const state = left < cert_critical ? 'critical' : left < cert_warning ? 'warning' : 'ok';
  if (state === 'ok') return undefined;
  const note = left < 0 ? 'certificate has ended' : `certificate ends in ${Math.floor(left / DAY_MS)} days`;
  return { state, note };
}
