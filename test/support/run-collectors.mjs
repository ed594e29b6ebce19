// Runs every collector of a build once, on this machine and as a user without rights if that can be, and prints what became of each.
import { pathToFileURL } from 'node:url';

const [dist] = process.argv.slice(2);
const load = (path) => import(new URL(path, pathToFileURL(`${dist}/`)).href);
const [{ systemClock }, { systemHost }, { Registry }] = await Promise.all(
  ['base/clock.js', 'net/system-host.js', 'plugins/registry.js'].map(load),
);

const stay = setInterval(() => {}, 1_000);
const host = systemHost(systemClock);
const collectors = await new Registry('collector').addFrom(new URL('collectors/', pathToFileURL(`${dist}/`)));

// Only now: what runs this, and what it runs, may lie where that user may not look.
const NOBODY = 65_534;
if (process.getuid() === 0) {
  process.setgroups([]);
  process.setgid(NOBODY);
  process.setuid(NOBODY);
}

const ends = await Promise.all(
  [...collectors]
    .filter(({ group }) => group === undefined)
    .map(async ({ name, configure }) => {
      try {
        return [name, { state: 'ok', tree: await configure({})(host, AbortSignal.timeout(20_000)) }];
      } catch (error) {
        return [name, { state: error.name, log: error.message }];
      }
    }),
);
clearInterval(stay);
await host[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify(Object.fromEntries(ends)));
