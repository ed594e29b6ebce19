import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { gauge } from './support/key-docs.ts';

/** The queues, and what is in them. */
const QUEUES = new Map([
  ['deferred', 'that could not be delivered and are tried again later'],
  ['active', 'that are being delivered'],
  ['maildrop', 'left by programs of this machine and not taken up yet'],
  ['incoming', 'taken up and waiting to become active'],
  ['corrupt', 'whose file is damaged'],
  ['hold', 'kept back until somebody lets them go'],
]);

/** Of a queue, more are not counted. */
const MOST = 100_000;
/** Directories below each other that files of a queue are spread over. */
const DEEPEST = 8;

export default defineCollector({
  name: 'postfix',
  description: 'Mails that wait in the queues of a Postfix mail server.',
  group: 'postfix',
  options: z.object({
    path: z.string().min(1).default('/var/spool/postfix').describe('Directory of the queues.'),
  }),
  keys: [
    gauge('queue.*', 'Mails in each of the queues that follow.'),
    // The same with a dot in the key, as it once was. Both are read by one path, so one series is enough.
    ...Array.from(QUEUES, ([name, what]) => ({ ...gauge(`queue.${name}`, `Mails ${what}.`), stored: false })),
    gauge('truncated', 'Is there when a queue has more than 100,000 mails; no more are counted.'),
  ],

  configure:
    ({ path }) =>
    async (host, signal) => {
      signal.throwIfAborted();
      if (!(await host.exists(path))) throw new NotEligible(`this system has no ${path}`);
      const counts = new Map<string, number>();
      for (const name of QUEUES.keys()) {
        const count = await countIn({ host, signal, directory: `${path}/${name}`, left: MOST + 1 });
        if (count !== undefined) counts.set(name, Math.min(count, MOST));
        if (count !== undefined && count > MOST) counts.set('truncated', 1);
      }
      if (counts.size > 0) return treeOf(counts);
      throw new NotEligible(
        `${path}/deferred may not be read by the agent's user; run the agent as root to count mails`,
      );
    },
});

/** Every queue under its name with a dot, and once more as a tree. */
function treeOf(counts: ReadonlyMap<string, number>): Metrics {
  const queues = [...counts].filter(([name]) => QUEUES.has(name));
  return {
    ...Object.fromEntries(queues.map(([name, count]) => [`queue.${name}`, count])),
    queue: Object.fromEntries(queues),
    ...(counts.has('truncated') && { truncated: true }),
  };
}

interface Place {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly directory: string;
  /** As many are counted. */
  readonly left: number;
  readonly depth?: number;
}

/** How many mails are in a directory and below; `undefined` when we may not know. A queue whose directory is not there is empty. */
async function countIn(place: Place): Promise<number | undefined> {
  try {
    return await countFiles(place);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return 0;
    if (code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}

async function countFiles(place: Place): Promise<number> {
  const { host, signal, directory, left, depth = 0 } = place;
  signal.throwIfAborted();
  let count = 0;
  for (const name of await host.readdir(directory, left)) {
    count += await filesOf(name, { ...place, left: left - count, depth: depth + 1 });
    if (count >= left) break;
  }
  return count;
}

/** Directories that files are spread over are named by one character, which is never the name of a mail. */
async function filesOf(name: string, above: Place): Promise<number> {
  if (name.length > 1 || (above.depth ?? 0) > DEEPEST) return 1;
  try {
    return await countFiles({ ...above, directory: `${above.directory}/${name}` });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTDIR') return 1;
    // Postfix takes directories away that it needs no more.
    if (code === 'ENOENT') return 0;
    throw error;
  }
}
