import { z } from 'zod';
import { duration, flag, size, text } from '../config/fields.ts';
import { type CheckResult, type CheckState, stateId } from '../model/check.ts';
import { withoutControls } from '../model/plugin-output.ts';
import type { Connection } from '../net/tcp.ts';
import { type CheckContext, defineCheck } from '../plugins/kinds.ts';
import { failureText } from './support/net-failure.ts';
import { Phases } from './support/phases.ts';
import { certificateFault, trustFields, trustOf } from './support/trust.ts';

const TIMEOUT_MS = 10_000;
const LONGEST_SHOWN = 100;
const CLOSE_MS = 500;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', '\\': '\\' };

/** Text with `\r`, `\n`, `\t`, `\0`, `\\` and `\x41`. */
const escapedText = () =>
  text().transform((written) =>
    written.replace(/\\(?:x([0-9a-fA-F]{2})|([nrt0\\]))/g, (_, hex?: string, char = '') =>
      hex === undefined ? (ESCAPES[char] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );

const Tcp = z.object({
  host: z.string().min(1).default('127.0.0.1').describe('Name or address.'),
  port: z.int().min(1).max(65_535).describe('Port.'),
  tls: flag().default(false).describe('true: over TLS.'),
  ...trustFields,
  family: z
    .union([z.literal(4), z.literal(6)])
    .optional()
    .describe('4 or 6: only such addresses.'),
  send: escapedText().optional().describe('Text that is sent, with escapes such as \\r\\n.'),
  expect: z
    .union([text().transform((one) => [one]), z.array(text())])
    .prefault([])
    .describe('Texts of which the first bytes that come have to contain one.'),
  quit: escapedText().optional().describe('Text that is sent at the end.'),
  warning_time: duration().optional().describe('A conversation that takes longer is WARNING.'),
  critical_time: duration().optional().describe('A conversation that takes longer is CRITICAL.'),
  refuse: z.enum(['ok', 'warning', 'critical']).default('critical').describe('The state when the port refuses.'),
  max_bytes: size(1_048_576).prefault(4_096).describe('How much of what comes is looked at.'),
  allow_link_local: flag().default(false).describe('true: addresses of the link and of cloud metadata are allowed.'),
});
type Terms = z.output<typeof Tcp>;

const Options = z.object({
  tcp: Tcp.describe('Port to connect to, and what has to be said there.'),
  timeout: duration(1).prefault('10s').describe('Time for the whole conversation.'),
});

export default defineCheck({
  name: 'tcp',
  description: 'Connects to a port, and may look at what is said there and at the certificate.',
  fields: ['tcp'],
  order: 40,
  timeoutMs: TIMEOUT_MS,
  options: Options,

  configure:
    ({ tcp, timeout }) =>
    async (context, signal) => {
      const phases = new Phases(context.clock);
      try {
        return await converse(tcp, { context, signal, phases, timeoutMs: timeout });
      } catch (error) {
        if (signal.aborted) throw error;
        const failure = failureText(error, phases, timeout);
        const state = failure.endsWith('connection refused') ? tcp.refuse : 'critical';
        return { state, output: `TCP ${state.toUpperCase()} - ${failure}` };
      }
    },
});

interface Run {
  readonly context: CheckContext;
  readonly signal: AbortSignal;
  readonly phases: Phases;
  readonly timeoutMs: number;
}

async function converse(terms: Terms, run: Run): Promise<CheckResult> {
  const { context, signal, phases, timeoutMs } = run;
  const connection = await context.host.connect(
    {
      host: terms.host,
      port: terms.port,
      timeoutMs,
      receiveCap: Number.MAX_SAFE_INTEGER,
      isShielded: !terms.allow_link_local,
      ...(terms.family !== undefined && { family: terms.family }),
      ...(terms.tls && { tls: await trustOf(terms, context.host) }),
    },
    signal,
  );
  phases.reached('connected');
  try {
    if (terms.send !== undefined) connection.write(Buffer.from(terms.send));
    const heard = terms.expect.length === 0 ? undefined : await listen(connection, terms, run);
    const ms = phases.elapsed;
    if (terms.quit !== undefined) connection.write(Buffer.from(terms.quit));
    return judge(terms, {
      heard,
      ms,
      timeoutMs,
      fault: certificateFault(connection.certificate, terms, context.clock.wall()),
    });
  } finally {
    // What was said last is still to be sent, but nobody waits for the other side to agree.
    connection.finish();
    context.clock.after(terms.quit === undefined ? 0 : CLOSE_MS, () => connection.close());
  }
}

/** What came, and whether a text that is expected is in it. */
interface Heard {
  readonly text: string;
  readonly isExpected: boolean;
}

/** Listens until what is expected has come, the other side ends, enough has come, or the time is over. */
function listen(
  connection: Connection,
  { expect, max_bytes }: Terms,
  { context, phases, timeoutMs }: Run,
): Promise<Heard> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const end = () => {
      timer[Symbol.dispose]();
      const text = bytes.toString('latin1');
      resolve({ text, isExpected: expect.some((each) => text.includes(Buffer.from(each).toString('latin1'))) });
    };
    const timer = context.clock.after(Math.max(0, timeoutMs - phases.elapsed), end);
    connection.onData((piece) => {
      phases.reached('answered');
      bytes = Buffer.concat([bytes, piece.subarray(0, max_bytes - bytes.length)]);
      const text = bytes.toString('latin1');
      if (bytes.length >= max_bytes || expect.some((each) => text.includes(Buffer.from(each).toString('latin1'))))
        end();
    });
    connection.onEnd(end);
  });
}

interface Outcome {
  readonly heard: Heard | undefined;
  readonly ms: number;
  readonly timeoutMs: number;
  readonly fault: ReturnType<typeof certificateFault>;
}

function judge(terms: Terms, { heard, ms, timeoutMs, fault }: Outcome): CheckResult {
  const { host, port, warning_time, critical_time } = terms;
  const seconds = ms / 1_000;
  const limits = [warning_time, critical_time].map((limit) => (limit === undefined ? '' : limit / 1_000)).join(';');
  const perfdata = [`time=${seconds.toFixed(6)}s;${limits};0;${timeoutMs / 1_000}`];
  const said = heard && shown(heard.text);
  if (heard && !heard.isExpected) {
    return {
      state: 'critical',
      output: `TCP CRITICAL - unexpected answer: ${said === '' ? '(nothing)' : said}`,
      perfdata,
    };
  }
  const state = worseOf(slowness(terms, ms), fault?.state ?? 'ok');
  const took = `${seconds.toFixed(3)} second response time on ${host} port ${port}`;
  const notes = [...(fault ? [fault.note] : []), took].join(' - ');
  return { state, output: `TCP ${state.toUpperCase()} - ${notes}${said === undefined ? '' : ` [${said}]`}`, perfdata };
}

function slowness({ warning_time, critical_time }: Terms, ms: number): CheckState {
  if (critical_time !== undefined && ms > critical_time) return 'critical';
  return warning_time !== undefined && ms > warning_time ? 'warning' : 'ok';
}

const worseOf = (one: CheckState, other: CheckState): CheckState => (stateId(one) > stateId(other) ? one : other);

const shown = (text: string): string =>
  withoutControls(Buffer.from(text, 'latin1').toString('utf8')).replace(/\s+/g, ' ').trim().slice(0, LONGEST_SHOWN);
