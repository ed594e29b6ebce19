import { setMaxListeners } from 'node:events';

/** A controller whose signal any number of listeners may hang on; Node warns of the eleventh otherwise, as it would of a leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Why a run is ended that takes longer than it may. */
export class TimeIsOver extends Error {
  override readonly name = 'TimeIsOver';
  /** Milliseconds it had. */
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`timeout after ${limitMs / 1_000}s`);
    this.limitMs = limitMs;
  }
}
