import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import type { Alert } from '../model/alert.ts';
import { withoutControls } from '../model/plugin-output.ts';
import { defineHandler } from '../plugins/kinds.ts';

/** The mailer's own limits are minutes. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);
const LONGEST_HEADER = 250;

const Options = z.object({
  contacts: z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .refine((contacts) => contacts.length > 0, 'no contacts')
    .describe('Who is told.'),
  addr_from: z.string().default('opsbro@localhost').describe('Sender of the mail.'),
  smtp_server: z.string().min(1).default('localhost').describe('Server that takes the mail; may be HOST:PORT.'),
  smtp_port: z.int().min(1).max(65_535).optional().describe('Its port; 25, or 465 with smtps, when left out.'),
  smtps: z.boolean().default(false).describe('TLS from the first byte.'),
  starttls: z
    .enum(['auto', 'required', 'off'])
    .optional()
    .describe('auto: used when offered, not verified; required: verified, no TLS is an error. Required with a user.'),
  user: z.string().default('').describe('Name for the login; none when empty.'),
  password: z.string().default('').describe('Password for the login.'),
  helo: z.string().optional().describe('Name we give ourselves; the host name when left out.'),
});
type Options = z.output<typeof Options>;

export default defineHandler({
  name: 'mail',
  description: 'Sends a mail for every confirmed change of state of a check.',
  options: Options,

  configure(options) {
    let mailer: Transporter | undefined;
    return {
      async notify({ alerts }) {
        mailer ??= await connect(options);
        for (const alert of alerts) await mailer.sendMail(mailOf(alert, options));
        return undefined;
      },
      close: () => mailer?.close(),
    };
  },
});

const mailOf = (alert: Alert, { addr_from, contacts }: Options) => ({
  from: addr_from,
  to: contacts,
  subject: header(`Check ${alert.name} switched to ${alert.state} state on ${alert.node.name}`),
  text: textOf(alert),
  headers: {
    'Auto-Submitted': 'auto-generated',
    'X-Opsbro-Node': header(alert.node.name),
    'X-Opsbro-Check': header(alert.name),
    'X-Opsbro-State': alert.state,
  },
});

/** Loads the mailer only when there is something to send. */
async function connect(options: Options): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const { smtps, user, password: pass, helo } = options;
  const [host, port] = addressOf(options);
  const starttls = options.starttls ?? (user !== '' && !LOOPBACK.has(host) ? 'required' : 'auto');
  return createTransport({
    ...LIMITS,
    host,
    port,
    secure: smtps,
    requireTLS: starttls === 'required',
    ignoreTLS: starttls === 'off',
    // Mail servers of the own network mostly have a certificate that nobody can verify; a mail in clear would be worse.
    tls: { rejectUnauthorized: smtps || starttls === 'required' },
    ...(user !== '' && { auth: { user, pass } }),
    ...(helo !== undefined && { name: helo }),
  });
}

function addressOf({ smtp_server, smtp_port, smtps }: Options): [string, number] {
  const [, host = smtp_server, port] = /^(.*):(\d+)$/.exec(smtp_server) ?? [];
  return [host, smtp_port ?? (port === undefined ? (smtps ? 465 : 25) : Number(port))];
}

/** One line, without what could end a header. */
const header = (text: string): string => withoutControls(text.replace(/\s+/g, ' ')).slice(0, LONGEST_HEADER);

function textOf({ updated, output, oldState, displayName, node }: Alert): string {
  const time = new Date(updated).toISOString();
  return [
    `The check switch state at ${time} with the output:`,
    withoutControls(output),
    '',
    `Check: ${header(displayName)}`,
    `Node: ${header(node.name)}`,
    `It was ${oldState}.`,
    '',
  ].join('\n');
}
