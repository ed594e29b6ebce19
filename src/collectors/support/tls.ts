import { z } from 'zod';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Host, TlsTrust } from '../../net/host.ts';
import { readNeeded } from '../../plugins/files.ts';
import { CollectError } from '../../plugins/outcomes.ts';
import { textOption } from './options.ts';

/** Options of a collector that may talk over TLS with the port of its server. */
export const tlsFields = {
  tls: z.boolean().default(false).describe('Talk over TLS at its port; a unix socket needs none.'),
  verify: z.boolean().default(true).describe('Over TLS: `false` believes whoever answers.'),
  ca: textOption('', 'Over TLS: file with the authorities (PEM) that count instead of those of the system.'),
};

interface TlsTerms {
  readonly tls: boolean;
  readonly verify: boolean;
  readonly ca: string;
}

/** How the server is known over TLS; `undefined` where none is wanted. Throws `NotEligible` when the file of authorities cannot be read. */
export async function trustIn(host: Host, { tls, verify, ca }: TlsTerms): Promise<TlsTrust | undefined> {
  if (!tls) return undefined;
  return { verify, ...(ca !== '' && { ca: await readNeeded(host, ca) }) };
}

/** What Node, OpenSSL and the drivers call it when TLS does not come about. */
const TLS_FAILURES =
  /^(?:ERR_(?:TLS|SSL)_|HANDSHAKE_|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)|CERT/;

/** A failure of TLS in the words for people: somebody is there, but is not who it should be or speaks no TLS; `undefined` for other failures. */
export function tlsRefusal(error: unknown): CollectError | undefined {
  const isTls = TLS_FAILURES.test(systemCode(error) ?? '') || /not support SSL/.test(messageOf(error));
  return isTls ? new CollectError(`TLS: ${messageOf(error)}`, { up: 1 }) : undefined;
}
