import { TimeIsOver } from '../base/abort.ts';
import { messageOf, systemCode } from '../base/errors.ts';
import { toHundredths } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import type { KeyDoc } from './kinds.ts';
import { NotAnswering, NotEligible } from './outcomes.ts';

/** Milliseconds a service has to answer everything it is asked in one run. */
const LIMIT_MS = 5_000;

/** What the system says when nobody is there, or nobody is any more. */
const ABSENCES = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN ENOENT'.split(
    ' ',
  ),
);

/** The keys that `askService` adds to those of a service. */
export const SERVICE_KEYS: readonly KeyDoc[] = [
  { key: 'up', kind: 'gauge', unit: '', meaning: 'Is 1 while the service answers, else 0.' },
  {
    key: 'connexion_latency_ms',
    kind: 'gauge',
    unit: 'ms',
    meaning: 'Time until it had answered; absent when it did not.',
  },
  { key: 'response_ms', kind: 'gauge', unit: 'ms', meaning: 'The same under the name that other collectors have.' },
];

/** A service that is asked for its numbers. */
export interface Service {
  /** What is known when it does not answer, beside `up`. */
  readonly down?: Metrics;
  /** Milliseconds it has to answer; 5 s when left out. */
  readonly limitMs?: number;
  /** Asks it everything; the signal aborts when its time is over. */
  ask(signal: AbortSignal): Promise<Metrics>;
}

/**
 * Asks a service for its numbers and adds whether it is up and how long it took. Throws `NotAnswering` when nobody is there or the answer
 * takes too long, `NotEligible` when the system does not let us in; whatever else fails is thrown as it is.
 */
export async function askService(host: Host, signal: AbortSignal, service: Service): Promise<Metrics> {
  signal.throwIfAborted();
  const { limitMs = LIMIT_MS, down = {} } = service;
  const start = host.clock.now();
  const over = (ms: number) => new NotAnswering(`no answer within ${ms / 1_000}s`, { ...down, up: 0 });
  try {
    const answer = await withinTime(host, signal, { ...service, limitMs, over: over(limitMs) });
    const ms = toHundredths(host.clock.now() - start);
    return { ...answer, up: 1, connexion_latency_ms: ms, response_ms: ms };
  } catch (error) {
    // A run may have less time than a service.
    if (signal.reason instanceof TimeIsOver) throw over(signal.reason.limitMs);
    signal.throwIfAborted();
    const code = systemCode(error);
    if (code === 'EACCES' || code === 'EPERM') {
      throw new NotEligible(`the agent's user may not connect: ${messageOf(error)}`, { cause: error });
    }
    if (code === undefined || !ABSENCES.has(code)) throw error;
    throw new NotAnswering(`not answering: ${messageOf(error)}`, { ...down, up: 0 }, { cause: error });
  }
}

interface Timed extends Service {
  readonly limitMs: number;
  readonly over: NotAnswering;
}

/** The answer, or `over` once the time is; a service that does not heed its signal is not waited for. */
function withinTime({ clock }: Host, signal: AbortSignal, { limitMs, over, ask }: Timed): Promise<Metrics> {
  const abort = new AbortController();
  return new Promise<Metrics>((resolve, reject) => {
    const end = (reason: unknown) => {
      abort.abort(reason);
      reject(reason);
    };
    const timer = clock.after(limitMs, () => end(over));
    const stop = () => end(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    // Whatever it throws once it is cut off is the cut, so the first to settle counts.
    ask(abort.signal)
      .then(resolve, reject)
      .finally(() => {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', stop);
      });
  });
}
