import { messageOf } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import { ApiDown, type MetricDoc, ProbeError, type ProbeRun, type RequestTrace } from './metric.ts';
import type { Variables } from './openrc.ts';
import { Report } from './report.ts';
import type { TokenStore } from './tokens.ts';
import { Web } from './web.ts';

/** How much a probe looks at: what it always did, or everything. */
export type Profile = 'seed' | 'full';

/** The circumstances of a run. */
export interface Situation {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly profile: Profile;
  /** Milliseconds that the whole run may take. */
  readonly limitMs: number;
  /** Counts where there is no file with credentials. */
  readonly environment: Variables;
  readonly store?: TokenStore;
  /** How we call ourselves, such as `opsbro/1.0`. */
  readonly agent: string;
  /** `--verbose`: told of each request. */
  onRequest?(trace: RequestTrace): void;
}

/** A run that is going. */
export interface Probing {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly profile: Profile;
  readonly environment: Variables;
  readonly store: TokenStore | undefined;
  readonly web: Web;
  readonly report: Report;
  /** Milliseconds until the head of the timed call was there. */
  ttfbMs: number | undefined;
}

/** What runs: its name, what it may measure, and how. */
export interface Runnable {
  readonly name: string;
  readonly metrics: readonly MetricDoc[];
  /** The metric that is 0 when what is probed does not answer. */
  readonly downMetric?: string;
  probe(probing: Probing): Promise<void>;
}

/**
 * Runs a probe to its end and says how it ended; only the abort of its signal is thrown. An endpoint that does not
 * answer is a good end with the metric of its status at 0; whatever else fails is an error.
 */
export async function runProbe(runnable: Runnable, situation: Situation): Promise<ProbeRun> {
  const { host, signal, limitMs } = situation;
  signal.throwIfAborted();
  const start = host.clock.now();
  const report = new Report(runnable.metrics);
  const web = new Web({ ...situation, deadline: start + limitMs });
  const { profile, environment, store } = situation;
  const probing: Probing = { host, signal, profile, environment, store, web, report, ttfbMs: undefined };
  const ended = await endOf(runnable, probing);
  return {
    plugin: runnable.name,
    ...ended,
    metrics: report.metrics,
    missing: report.missing,
    timings: { ttfbMs: probing.ttfbMs, totalMs: host.clock.now() - start },
    requests: web.requests,
  };
}

type End = Pick<ProbeRun, 'status' | 'message' | 'isUp' | 'thrown'>;

async function endOf(runnable: Runnable, probing: Probing): Promise<End> {
  const { signal, web, report } = probing;
  try {
    await runnable.probe(probing);
    return { status: 'okay', message: '', isUp: true };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiDown && runnable.downMetric !== undefined) {
      report.clear();
      report.set(runnable.downMetric, 0);
      return { status: 'okay', message: error.message, isUp: false, thrown: error };
    }
    const message = web.redacted(messageOf(error));
    const isUp = error instanceof ApiDown ? false : undefined;
    return { status: 'error', message, isUp, thrown: error };
  }
}

/** Does something whose failure leaves its numbers out and nothing else; an answer that makes no sense still fails. */
export async function counting({ report, signal }: Probing, group: string, count: () => Promise<void>): Promise<void> {
  try {
    await count();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ApiDown)) throw error;
    report.miss(group, error.message);
  }
}

/** As `counting`, for what only those see who want everything; whatever fails in it leaves its numbers out. */
export async function beyond(probing: Probing, group: string, count: () => Promise<void>): Promise<void> {
  if (probing.profile !== 'full') return;
  try {
    await counting(probing, group, count);
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    probing.report.miss(group, error.message);
  }
}
