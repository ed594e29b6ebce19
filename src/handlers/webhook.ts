import { z } from 'zod';
import { duration, text } from '../config/fields.ts';
import type { Message } from '../model/alert.ts';
import { messageJson } from '../model/message-json.ts';
import type { FetchAnswer } from '../net/host.ts';
import { type Desk, TryLater, Undeliverable } from '../plugins/delivery.ts';
import { defineHandler } from '../plugins/kinds.ts';
import { hasCode, statusCodes } from '../plugins/status-codes.ts';
import { signatureOf } from './support/signature.ts';
import { subjectOf } from './support/subject.ts';

/** Answers that say no to this message for good are permanent; these only ask to try again. */
const PASSING = new Set([408, 425, 429]);
const MOST_ANSWER = 65_536;
const SHOWN_ANSWER = 200;
/** When the other side wants patience and does not say how much. */
const PATIENCE_MS = 60_000;

const Options = z.object({
  url: z.url({ protocol: /^https?$/ }).describe('Where alerts are sent to; https is the better choice.'),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('How.'),
  headers: z.record(z.string(), text()).default({}).describe('Headers beside our own.'),
  secret: z.string().default('').describe('What the signature is made with; none is sent when empty.'),
  body_template: z.string().optional().describe('File of a template for the body, instead of our JSON.'),
  verify: z.boolean().default(true).describe('false: the certificate of the server is not looked at.'),
  ca: z.string().optional().describe('File with the authorities (PEM) that count instead of those of the system.'),
  success: statusCodes().prefault('200-299').describe('Answers that mean it was taken: `200-299,304`.'),
  timeout: duration(1).prefault('30s').describe('Time until the whole answer has come.'),
  allow_link_local: z
    .boolean()
    .default(false)
    .describe('true: addresses of the link and of cloud metadata are allowed.'),
});
type Options = z.output<typeof Options>;

export default defineHandler({
  name: 'webhook',
  description: 'Sends alerts as JSON to an address, signed if there is a secret.',
  options: Options,

  configure: (options) => ({
    async notify(message, signal, desk) {
      const body = await bodyOf(message, options, desk);
      const timestamp = Math.floor(desk.host.clock.wall() / 1_000);
      const answer = await desk.host.fetch(
        {
          url: options.url,
          method: options.method,
          headers: { ...options.headers, ...headersOf(message, options, { timestamp, body }) },
          body,
          timeoutMs: options.timeout,
          maxBytes: MOST_ANSWER,
          isCutting: true,
          isShielded: !options.allow_link_local,
          tls: {
            verify: options.verify,
            ...(options.ca !== undefined && { ca: await desk.host.readFile(options.ca) }),
          },
        },
        signal,
      );
      judge(answer, options);
      return undefined;
    },
  }),
});

async function bodyOf(message: Message, { body_template }: Options, { word }: Desk): Promise<string> {
  if (body_template === undefined) return JSON.stringify(messageJson(message));
  const [worded] = await word([{ file: body_template, form: 'text' }], subjectOf(message));
  if (worded?.type === 'text') return worded.text;
  const reason = worded?.type === 'failed' ? worded.message : `there is no template ${body_template}`;
  throw new Undeliverable(`body_template: ${reason}`);
}

interface Sent {
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly body: string;
}

function headersOf({ id, sender }: Message, { secret }: Options, { timestamp, body }: Sent): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'User-Agent': `opsbro/${sender.version}`,
    'X-Opsbro-Delivery': id,
    'X-Opsbro-Timestamp': String(timestamp),
    ...(secret !== '' && { 'X-Opsbro-Signature': signatureOf(secret, timestamp, body) }),
  };
}

function judge({ status, headers, body }: FetchAnswer, { success }: Options): void {
  if (hasCode(success, status)) return;
  const said = Buffer.from(body).toString('utf8').replace(/\s+/g, ' ').trim().slice(0, SHOWN_ANSWER);
  const message = `the server answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 429) throw new TryLater(message, waitOf(headers['retry-after']));
  const isForGood = status >= 300 && status < 500 && !PASSING.has(status);
  throw isForGood ? new Undeliverable(message) : new Error(message);
}

function waitOf(header = ''): number {
  const seconds = Number(header);
  return header !== '' && seconds >= 0 ? seconds * 1_000 : PATIENCE_MS;
}
