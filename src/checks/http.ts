import { z } from 'zod';
import { duration, flag, size, text } from '../config/fields.ts';
import type { CheckResult } from '../model/check.ts';
import type { FetchAnswer, FetchRequest } from '../net/host.ts';
import { type CheckContext, defineCheck } from '../plugins/kinds.ts';
import { statusCodes } from '../plugins/status-codes.ts';
import { judgeAnswer } from './support/http-answer.ts';
import { failureText } from './support/net-failure.ts';
import { Phases } from './support/phases.ts';
import { trustFields, trustOf } from './support/trust.ts';

const TIMEOUT_MS = 10_000;
const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const texts = () => z.union([text().transform((one) => [one]), z.array(text())]).prefault([]);

const Http = z.object({
  url: z.string().min(1).describe('http or https; {{holes}} are filled in.'),
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/)
    .default('GET')
    .describe('Method of the request.'),
  headers: z.record(z.string(), text()).default({}).describe('Headers of the request.'),
  body: text().optional().describe('Body of the request.'),
  user: text().optional().describe('Name for a Basic login.'),
  password: text().prefault('').describe('Password for it.'),
  expect_status: statusCodes().optional().describe('Codes that are OK, such as 200-299,401; all others are CRITICAL.'),
  expect_body: texts().describe('Texts that the body has to have.'),
  refuse_body: texts().describe('Texts that the body must not have.'),
  expect_regexp: text().optional().describe('Pattern (RE2) that the body has to match.'),
  expect_header: z.record(z.string(), text()).default({}).describe('Name of a header and its text or /pattern/.'),
  follow: z.int().min(0).max(MOST_REDIRECTS).default(0).describe('Redirections that are followed.'),
  address: z.string().optional().describe('Address to connect to instead of that of the name.'),
  family: z
    .union([z.literal(4), z.literal(6)])
    .optional()
    .describe('4 or 6: only such addresses.'),
  warning_time: duration().optional().describe('An answer that takes longer is WARNING.'),
  critical_time: duration().optional().describe('An answer that takes longer is CRITICAL.'),
  ...trustFields,
  max_body: size().prefault('1MiB').describe('How much of the body is read.'),
  allow_link_local: flag().default(false).describe('true: addresses of the link and of cloud metadata are allowed.'),
});
export type HttpTerms = z.output<typeof Http>;

const Options = z.object({
  http: z
    .union([z.string().transform((url) => ({ url })), z.record(z.string(), z.unknown())])
    .pipe(Http)
    .describe('The address of a page, or a map of it and what its answer has to be.'),
  timeout: duration(1).prefault('10s').describe('Time until the whole answer has come.'),
});

export default defineCheck({
  name: 'http',
  description: 'Asks for a page and judges its answer, the time it took and the certificate.',
  fields: ['http'],
  order: 30,
  timeoutMs: TIMEOUT_MS,
  options: Options,

  configure:
    ({ http, timeout }) =>
    async (context, signal) => {
      const phases = new Phases(context.clock);
      try {
        const request = await requestOf(http, context, timeout);
        const answer = await followed({ ...request, onPhase: (phase) => phases.reached(phase) }, http, context, signal);
        return await judgeAnswer(answer, http, { ms: phases.elapsed, timeoutMs: timeout, wall: context.clock.wall() });
      } catch (error) {
        if (signal.aborted) throw error;
        const output = `HTTP CRITICAL - ${failureText(error, phases, timeout)}`;
        return { state: 'critical', output } satisfies CheckResult;
      }
    },
});

async function requestOf(http: HttpTerms, { evaluate, host }: CheckContext, timeoutMs: number): Promise<FetchRequest> {
  const { user, password, body, address, family } = http;
  const url = http.url.includes('{{') ? await filledIn(http.url, evaluate) : http.url;
  const login = user === undefined ? undefined : Buffer.from(`${user}:${password}`).toString('base64');
  return {
    url,
    method: http.method,
    headers: {
      'user-agent': 'opsbro',
      accept: '*/*',
      ...(login && { authorization: `Basic ${login}` }),
      ...http.headers,
    },
    timeoutMs,
    maxBytes: http.max_body,
    isCutting: true,
    isShielded: !http.allow_link_local,
    tls: await trustOf(http, host),
    ...(body !== undefined && { body }),
    ...(address !== undefined && { address }),
    ...(family !== undefined && { family }),
  };
}

async function filledIn(written: string, evaluate: CheckContext['evaluate']): Promise<string> {
  const outcome = await evaluate(written, 'text');
  if (outcome.type === 'value') return outcome.text;
  throw new Error(outcome.type === 'missing' ? `${outcome.path}: ${outcome.reason}` : outcome.message);
}

/** The answer after as many redirections as are followed. Another host gets no login, and every address is looked at anew. */
async function followed(
  first: FetchRequest,
  { follow }: HttpTerms,
  { host, clock }: CheckContext,
  signal: AbortSignal,
): Promise<FetchAnswer> {
  const end = clock.now() + first.timeoutMs;
  let request = first;
  for (let left = follow; ; left--) {
    const answer = await host.fetch({ ...request, timeoutMs: Math.max(1, end - clock.now()) }, signal);
    const { location } = answer.headers;
    if (left === 0 || !REDIRECTS.has(answer.status) || location === undefined) return answer;
    request = redirected(request, new URL(location, request.url), answer.status);
  }
}

function redirected(request: FetchRequest, to: URL, status: number): FetchRequest {
  const isElsewhere = to.host !== new URL(request.url).host;
  const keeps = status === 307 || status === 308 || request.method === 'HEAD';
  const { address, body, headers = {}, ...rest } = request;
  const kept = isElsewhere
    ? Object.entries(headers).filter(([name]) => !/^(authorization|cookie|host)$/i.test(name))
    : Object.entries(headers);
  return {
    ...rest,
    url: to.href,
    headers: Object.fromEntries(kept),
    ...(keeps ? body !== undefined && { body } : { method: 'GET' }),
    ...(!isElsewhere && address !== undefined && { address }),
  };
}
