import type { Clock } from '../base/clock.ts';
import { bounded, dial } from './dial.ts';
import { eitherSignal, timeLimit } from './either-signal.ts';
import { fetchHttp } from './fetch.ts';
import { digestOf, statusOf } from './file-status.ts';
import type { Ended, Host } from './host.ts';
import { Facts, interfaceAddresses } from './host-facts.ts';
import { isThere, linkTarget, namesIn, readBeginning, readText } from './host-files.ts';
import { addressesOf, namesOf } from './resolver.ts';
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
    readUntil: readBeginning,
    readdir: namesIn,
    exists: isThere,
    stat: statusOf,
    readlink: linkTarget,
    hashFile: digestOf,
    statfs: (path) => spaces.space(path),
    facts: () => facts.read(),
    interfaces: interfaceAddresses,
    self: () => undefined,
    addressesOf,
    namesOf,

    async connect(to, signal) {
      const limit = timeLimit(clock, to.timeoutMs, signal);
      try {
        return bounded(await dial(to, limit.signal), to.receiveCap, signal);
      } catch (error) {
        throw limit.signal.aborted ? limit.signal.reason : error;
      } finally {
        limit[Symbol.dispose]();
      }
    },

    async fetch(request, signal) {
      const ending = eitherSignal(signal, closing.signal);
      const limit = timeLimit(clock, request.timeoutMs, ending.signal);
      try {
        return await fetchHttp(request, limit.signal);
      } catch (error) {
        throw limit.signal.aborted ? limit.signal.reason : error;
      } finally {
        limit[Symbol.dispose]();
        ending[Symbol.dispose]();
      }
    },

    async run(command, signal) {
      const ending = eitherSignal(signal, closing.signal);
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
