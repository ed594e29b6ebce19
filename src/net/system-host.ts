import { readdir } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { Ended, Host } from './host.ts';
import { Facts, interfaceAddresses } from './host-facts.ts';
import { isThere, readText } from './host-files.ts';
import { runCommand } from './run.ts';
import { SpaceProbe } from './statfs.ts';

/** The machine we run on. Disposing of it ends every command that is still at work and waits for that, a second at most. */
export function systemHost(clock: Clock): Host & AsyncDisposable {
  const facts = new Facts(clock);
  const spaces = new SpaceProbe(clock);
  const closing = new AbortController();
  const running = new Set<Promise<Ended>>();

  return {
    clock,
    readFile: readText,
    readdir: (path) => readdir(path),
    exists: isThere,
    statfs: (path) => spaces.space(path),
    facts: () => facts.read(),
    interfaces: interfaceAddresses,

    async run(command, signal) {
      const ending = withSecondSignal(signal, closing.signal);
      const run = runCommand(command, ending.signal, clock);
      running.add(run);
      try {
        return await run;
      } finally {
        ending[Symbol.dispose]();
        running.delete(run);
      }
    },

    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the agent stops'));
      spaces[Symbol.dispose]();
      await Promise.allSettled(running);
    },
  };
}

/** Aborts with either signal. (`AbortSignal.any` keeps what it made alive as long as the longest-lived signal.) */
function withSecondSignal(first: AbortSignal, second: AbortSignal): Disposable & { readonly signal: AbortSignal } {
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
