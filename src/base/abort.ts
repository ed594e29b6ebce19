import { setMaxListeners } from 'node:events';

/** A controller whose signal any number of listeners may hang on; Node warns of the eleventh otherwise, as it would of a leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
