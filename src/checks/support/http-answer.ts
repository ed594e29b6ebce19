import type { CheckResult, CheckState } from '../../model/check.ts';
import { withoutControls } from '../../model/plugin-output.ts';
import type { FetchAnswer } from '../../net/host.ts';
import { hasCode } from '../../plugins/status-codes.ts';
import type { HttpTerms } from '../http.ts';
import { secondsText } from './phases.ts';
import { certificateFault } from './trust.ts';

/** What a run came to beside the answer. */
export interface Measured {
  /** How long it took. */
  readonly ms: number;
  readonly timeoutMs: number;
  /** Epoch milliseconds now. */
  readonly wall: number;
}

interface Finding {
  readonly state: CheckState;
  readonly note: string;
}

const WORST: readonly CheckState[] = ['ok', 'warning', 'unknown', 'critical'];
const LONGEST_NOTE = 100;

/** Judges an answer. Of what is wrong the worst counts; neither headers nor body are ever shown. */
export async function judgeAnswer(answer: FetchAnswer, terms: HttpTerms, measured: Measured): Promise<CheckResult> {
  const findings = [
    statusFinding(answer, terms),
    ...(await bodyFindings(answer, terms)),
    ...(await headerFindings(answer, terms)),
    timeFinding(terms, measured),
    certificateFault(answer.certificate, terms, measured.wall),
  ].filter((finding) => finding !== undefined);
  const state = findings.reduce<CheckState>(
    (worst, each) => (rank(each.state) > rank(worst) ? each.state : worst),
    'ok',
  );
  const { ms, timeoutMs } = measured;
  const bytes = answer.bytes ?? answer.body.length;
  const line = withoutControls(answer.statusLine ?? `HTTP ${answer.status}`);
  const notes = findings.map(({ note }) => note).filter((note) => note !== '');
  const took = `${bytes} bytes in ${(ms / 1_000).toFixed(3)} second response time`;
  return {
    state,
    output: `HTTP ${state.toUpperCase()}: ${[line, ...notes, took].join(' - ')}`,
    perfdata: [`time=${(ms / 1_000).toFixed(6)}s;${limits(terms)};0;${timeoutMs / 1_000}`, `size=${bytes}B;;;0`],
  };
}

const rank = (state: CheckState): number => WORST.indexOf(state);

const limits = ({ warning_time, critical_time }: HttpTerms): string =>
  [warning_time, critical_time].map((limit) => (limit === undefined ? '' : limit / 1_000)).join(';');

function statusFinding({ status }: FetchAnswer, { expect_status }: HttpTerms): Finding | undefined {
  if (expect_status) return hasCode(expect_status, status) ? undefined : critical('');
  if (status >= 100 && status < 400) return undefined;
  return { state: status >= 400 && status < 500 ? 'warning' : 'critical', note: '' };
}

async function bodyFindings({ body }: FetchAnswer, terms: HttpTerms): Promise<(Finding | undefined)[]> {
  const { expect_body, refuse_body, expect_regexp } = terms;
  if (expect_body.length + refuse_body.length === 0 && expect_regexp === undefined) return [];
  const text = Buffer.from(body).toString('utf8');
  const lacks = expect_body.find((each) => !text.includes(each));
  const has = refuse_body.find((each) => text.includes(each));
  const isMatching = expect_regexp === undefined || (await matches(expect_regexp, text));
  return [
    lacks === undefined ? undefined : critical(`string '${lacks}' not found`),
    has === undefined ? undefined : critical(`string '${has}' found`),
    isMatching ? undefined : critical('pattern not found'),
  ];
}

async function headerFindings(
  { headers }: FetchAnswer,
  { expect_header }: HttpTerms,
): Promise<(Finding | undefined)[]> {
  const wanted = Object.entries(expect_header);
  return await Promise.all(
    wanted.map(async ([name, value]) => {
      const found = headers[name.toLowerCase()];
      const [, pattern] = /^\/(.*)\/$/s.exec(value) ?? [];
      const isThere =
        found !== undefined && (pattern === undefined ? found.includes(value) : await matches(pattern, found));
      return isThere ? undefined : critical(`header ${name} is not as expected`);
    }),
  );
}

/** Patterns of RE2 take time in proportion to the text, whatever they are. */
async function matches(pattern: string, text: string): Promise<boolean> {
  const { RE2JS } = await import('re2js');
  return RE2JS.compile(pattern).matcher(text).find();
}

function timeFinding({ warning_time, critical_time }: HttpTerms, { ms }: Measured): Finding | undefined {
  if (critical_time !== undefined && ms > critical_time) return critical(`slower than ${secondsText(critical_time)}`);
  if (warning_time !== undefined && ms > warning_time) {
    return { state: 'warning', note: `slower than ${secondsText(warning_time)}` };
  }
  return undefined;
}

const critical = (note: string): Finding => ({ state: 'critical', note: note.slice(0, LONGEST_NOTE) });
