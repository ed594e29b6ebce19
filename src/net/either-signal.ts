import type { Clock } from '../base/clock.ts';

/** A signal that no longer hangs on those it was made of once it is disposed of. */
interface JoinedSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** Aborts with either signal. (`AbortSignal.any` keeps what it made alive as long as the longest-lived signal.) */
export function eitherSignal(first: AbortSignal, second: AbortSignal): JoinedSignal {
  const both = new AbortController();
  const listening = [first, second].map((signal) => {
    const abort = () => both.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  });
  return {
    signal: both.signal,
    [Symbol.dispose]: () => {
      for (const stop of listening) stop();
    },
  };
}

/** Aborts with the signal, or with `ETIMEDOUT` when the time is over. */
export function timeLimit(clock: Clock, ms: number, signal: AbortSignal): JoinedSignal {
  const late = new AbortController();
  const timer = clock.after(ms, () => {
    late.abort(Object.assign(new Error(`ETIMEDOUT: took longer than ${ms} ms`), { code: 'ETIMEDOUT' }));
  });
  const either = eitherSignal(signal, late.signal);
  return {
    signal: either.signal,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      either[Symbol.dispose]();
    },
  };
}
