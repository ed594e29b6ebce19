// Runs every collector of a build once, on this machine and as a user without rights if that can be, and prints what became of each.
import process from 'node:process';
import { systemClock } from '../../src/base/clock.ts';
import { systemHost } from '../../src/net/system-host.ts';
import type { Collector } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';

/** Address of the folder of what was built, with a slash behind it. */
const [dist = ''] = process.argv.slice(2);

const stay = setInterval(() => {}, 1_000);
const host = systemHost(systemClock);
const collectors = await new Registry<Collector>('collector').addFrom(new URL('collectors/', dist));

// Only now: what runs this, and what it runs, may lie where that user may not look.
const NOBODY = 65_534;
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

const ends = await Promise.all(
  [...collectors]
    .filter(({ group }) => group === undefined)
    .map(async ({ name, configure }) => {
      try {
        return [name, { state: 'ok', tree: await configure({})(host, AbortSignal.timeout(20_000)) }] as const;
      } catch (error) {
        const { name: state, message: log } = error as Error;
        return [name, { state, log }] as const;
      }
    }),
);
clearInterval(stay);
await host[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify(Object.fromEntries(ends)));
