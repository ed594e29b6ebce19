import type { SendMailOptions, Transporter } from 'nodemailer';
import type { Host } from '../../net/host.ts';
import { isHere, type MailOptions } from './mail-options.ts';

/** The mailer's own limits are minutes. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** What a server took. */
export interface Taken {
  /** Addresses that it refused, while it took others. */
  readonly rejected: readonly string[];
}

/** Servers that take mail, tried in order. */
export class MailServers {
  readonly #options: MailOptions;
  readonly #mailers = new Map<string, Transporter>();

  constructor(options: MailOptions) {
    this.#options = options;
  }

  /** Hands a mail to the first server that can be reached. Throws what the last one said. */
  async send(mail: SendMailOptions, host: Host): Promise<Taken> {
    let failure: unknown;
    for (const server of this.#options.smtp_server) {
      try {
        const mailer = this.#mailers.get(server) ?? (await this.#open(server, host));
        const { rejected = [] } = (await mailer.sendMail(mail)) as { readonly rejected?: readonly unknown[] };
        return { rejected: rejected.map(String) };
      } catch (error) {
        failure = error;
        if (!isAbsent(error)) break;
      }
    }
    throw failure;
  }

  close(): void {
    for (const mailer of this.#mailers.values()) mailer.close();
    this.#mailers.clear();
  }

  /** Loads the mailer only when there is something to send. */
  async #open(server: string, host: Host): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    const { tls_ca } = this.#options;
    const ca = tls_ca === undefined ? undefined : await host.readFile(tls_ca);
    const mailer = createTransport({ ...LIMITS, ...wayTo(server, this.#options, ca) });
    this.#mailers.set(server, mailer);
    return mailer;
  }
}

function wayTo(server: string, options: MailOptions, ca: string | undefined) {
  const { smtps, smtp_port, user, password: pass, helo } = options;
  const [, host = server, port] = /^(.*):(\d+)$/.exec(server) ?? [];
  const hasLogin = user !== '';
  const isFar = hasLogin && !isHere(server);
  const starttls = options.starttls ?? (isFar ? 'required' : 'auto');
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: port === undefined ? (smtp_port ?? (smtps ? 465 : 25)) : Number(port),
    secure: smtps,
    // Whatever was asked for, a login goes to no other machine in clear.
    requireTLS: starttls === 'required' || isFar,
    ignoreTLS: starttls === 'off',
    tls: {
      // Mail servers of the own network mostly have a certificate that nobody can verify; a mail in clear would be worse.
      rejectUnauthorized: options.tls_verify ?? (smtps || starttls === 'required'),
      ...(ca !== undefined && { ca }),
    },
    ...(hasLogin && { auth: { user, pass } }),
    ...(helo !== undefined && { name: helo }),
  };
}

const ABSENT = new Set(['ECONNECTION', 'EDNS', 'ESOCKET', 'ETIMEDOUT', 'ECONNREFUSED']);

/** The server did not answer at all, so that another one may be asked without sending twice. */
function isAbsent(error: unknown): boolean {
  const { code, command } = factsOf(error);
  return typeof code === 'string' && ABSENT.has(code) && (command === undefined || command === 'CONN');
}

/** Whether a server says no for good: to our login, or to all addresses. */
export function isForGood(error: unknown): boolean {
  const { code, responseCode } = factsOf(error);
  const isRefusal = typeof responseCode === 'number' && responseCode >= 500;
  return code === 'EAUTH' ? responseCode !== 454 && !isPassing(responseCode) : isRefusal;
}

const isPassing = (code: unknown): boolean => typeof code === 'number' && code >= 400 && code < 500;

interface Facts {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
}

const factsOf = (error: unknown): Facts => (error instanceof Error ? (error as Facts) : {});
