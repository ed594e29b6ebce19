import { z } from 'zod';
import { text } from '../../config/fields.ts';

const template = (what: string, file: string) =>
  z.string().min(1).default(file).describe(`File of the template for ${what}.`);

/** The options of mails. */
export const MailOptions = z
  .object({
    contacts: z
      .union([z.string().transform((one) => [one]), z.array(z.string())])
      .refine((contacts) => contacts.length > 0, 'no contacts')
      .describe('Who is told.'),
    addr_from: z.string().default('opsbro@localhost').describe('Sender of the mail.'),
    smtp_server: z
      .union([
        z
          .string()
          .min(1)
          .transform((one) => [one]),
        z.array(z.string().min(1)).min(1),
      ])
      .prefault('localhost')
      .describe('Server that takes the mail, HOST or HOST:PORT; of a list they are tried in order.'),
    smtp_port: z.int().min(1).max(65_535).optional().describe('Its port; 25, or 465 with smtps, when left out.'),
    smtps: z.boolean().default(false).describe('TLS from the first byte.'),
    starttls: z
      .enum(['auto', 'required', 'off'])
      .optional()
      .describe('auto: used when offered, not verified; required: verified, no TLS is an error. Required with a user.'),
    tls_verify: z
      .boolean()
      .optional()
      .describe('Whether the certificate of the server is verified, whatever starttls says.'),
    tls_ca: z
      .string()
      .optional()
      .describe('File with the authorities (PEM) that count instead of those of the system.'),
    user: z.string().default('').describe('Name for the login; none when empty.'),
    password: text().prefault('').describe('Password for the login.'),
    separate: z.boolean().default(false).describe('One mail for each contact.'),
    helo: z.string().optional().describe('Name we give ourselves; the host name when left out.'),
    html: z.boolean().default(true).describe('false: mails have no HTML part.'),
    subject_template: z.string().optional().describe('The same as check_subject_template.'),
    text_template: z.string().optional().describe('The same as check_text_template.'),
    check_subject_template: template('the subject about a check', 'mail-check-subject.tpl'),
    check_text_template: template('the text about a check', 'mail-check-text.tpl'),
    check_html_template: template('the HTML about a check', 'mail-check-html.tpl'),
    group_subject_template: template('the subject about a group', 'mail-group-subject.tpl'),
    group_text_template: template('the text about a group', 'mail-group-text.tpl'),
    group_html_template: template('the HTML about a group', 'mail-group-html.tpl'),
    compliance_subject_template: template('the subject about a compliance rule', 'mail-compliance-subject.tpl'),
    compliance_text_template: template('the text about a compliance rule', 'mail-compliance-text.tpl'),
    compliance_html_template: template('the HTML about a compliance rule', 'mail-compliance-html.tpl'),
    node_subject_template: template('the subject about a node', 'mail-node-subject.tpl'),
    node_text_template: template('the text about a node', 'mail-node-text.tpl'),
    node_html_template: template('the HTML about a node', 'mail-node-html.tpl'),
    digest_subject_template: template('the subject about several alerts', 'mail-digest-subject.tpl'),
    digest_text_template: template('the text about several alerts', 'mail-digest-text.tpl'),
    digest_html_template: template('the HTML about several alerts', 'mail-digest-html.tpl'),
  })
  .refine(
    ({ user, starttls, smtps, smtp_server }) => smtps || starttls !== 'off' || user === '' || smtp_server.every(isHere),
    {
      error: 'starttls: a login is never sent in clear to another machine; write auto or required',
    },
  );
export type MailOptions = z.output<typeof MailOptions>;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?::\d+)?$/;

/** Whether a mail server is written that runs on this machine. */
export const isHere = (server: string): boolean => LOOPBACK.test(server);
