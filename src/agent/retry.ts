import { type Clock, delay } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { whyNotOpen } from '../net/port-taken.ts';
import type { Health } from './health.ts';

const RETRY_MS = 5_000;

/** A door that may have to wait until its port is free. */
export interface Opening<T> {
  /** The door, once it is open. */
  readonly opened: T | undefined;
  close(): Promise<void>;
}

interface Setting {
  /** Names the door in log and health. */
  readonly door: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
}

/**
 * Opens a door, and if that fails goes on trying every 5 s in the background; meanwhile the health says so. Resolves after the first
 * attempt.
 */
export async function openWithRetry<T extends AsyncDisposable>(
  open: () => Promise<T>,
  setting: Setting,
): Promise<Opening<T>> {
  const { door, clock, log, health } = setting;
  const stop = new AbortController();
  let opened: T | undefined;
  let told = '';
  const attempt = async (): Promise<boolean> => {
    try {
      opened = await open();
      health.clear(door, 'not_bound');
      return true;
    } catch (error) {
      const reason = whyNotOpen(door, error);
      if (reason !== told) log.error({ door, reason }, 'a door cannot be opened; it is tried again every 5 s');
      told = reason;
      health.raise(door, 'not_bound', reason);
      return false;
    }
  };
  const keepTrying = async () => {
    while (!stop.signal.aborted) {
      await delay(clock, RETRY_MS, stop.signal);
      if (await attempt()) return;
    }
  };
  const trying = (await attempt()) ? Promise.resolve() : keepTrying().catch(() => {});
  return {
    get opened() {
      return opened;
    },
    async close() {
      stop.abort();
      await trying;
      health.clear(door, 'not_bound');
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
