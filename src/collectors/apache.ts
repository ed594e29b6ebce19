import { z } from 'zod';
import { numberIn, toHundredths, toRate } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { CollectError } from '../plugins/outcomes.ts';
import { beginningOf, NoPage, PAGE_MS, type Page, pageAddressOrNone, readPage } from '../plugins/pages.ts';
import { advance, type Pair, sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { known } from '../plugins/trees.ts';
import { gauge, info, rate, total } from './support/key-docs.ts';

/** The signs of the scoreboard, what we call them, and what they say of a worker. */
const SIGNS = [
  ['_', 'waiting', 'wait for a connection'],
  ['S', 'starting', 'start'],
  ['R', 'reading', 'read a request'],
  ['W', 'sending', 'send an answer'],
  ['K', 'keepalive', 'keep an idle connection open'],
  ['D', 'dns', 'look up a name'],
  ['C', 'closing', 'close a connection'],
  ['L', 'logging', 'write a log'],
  ['G', 'finishing', 'end when they are done'],
  ['I', 'idle_cleanup', 'are cleaned up as they are idle'],
  ['.', 'open', 'could be started'],
] as const;

const signKey = ([, name, doing]: (typeof SIGNS)[number]): KeyDoc =>
  gauge(`scoreboard.${name}`, `Workers that ${doing}.`);

export default defineCollector({
  name: 'apache',
  description: 'Requests and workers of an Apache web server, from the page of mod_status.',
  group: 'apache',
  options: z.object({
    hostname: z
      .string()
      .refine((name) => URL.canParse(`http://${name}/`), {
        error: 'must be a name or an address, with a port or without',
      })
      .default('localhost')
      .describe('The server whose status page is read.'),
    user: z.string().default('').describe('Who logs in, when the page wants a login.'),
    password: z.string().default('').describe('Password of that login.'),
    url: pageAddressOrNone
      .default('')
      .describe('Address of the status page; counts instead of hostname when it is set.'),
  }),
  keys: [
    ...SERVICE_KEYS,
    info('version', 'What the server calls itself.'),
    gauge('uptime', 'Seconds since the start.', 's'),
    gauge('busy_workers', 'Workers that do something.'),
    gauge('idle_workers', 'Workers that wait for a request.'),
    total('total_accesses', 'Requests since the start.'),
    total('total_kbytes', 'Kilobytes sent since the start.', 'kB'),
    rate('req/s', 'Requests per second.'),
    rate('bytes/s', 'Bytes sent per second.', 'bytes/s'),
    gauge('cpu_load', 'Part of one processor used since the start.', 'percent'),
    ...SIGNS.map(signKey),
  ],

  configure: ({ hostname, user, password, url }) => {
    const paired = sinceLast<Metrics>();
    const pages = addressesOf(url, hostname).map((address) => ({ url: address, user, password }));
    return (host, signal) =>
      askService(host, signal, {
        limitMs: PAGE_MS,
        async ask(running) {
          const page = await firstOf(host, pages, running);
          const status = parseModStatus(page);
          if (!status) throw new NoPage(`not a page of mod_status for programs: ${beginningOf(page, pages[0])}`, 200);
          if (status['total_accesses'] === undefined) {
            throw new CollectError(WITHOUT_ACCESSES, { ...status, up: 1 });
          }
          return { ...status, ...ratesOf(paired(host.clock, status)) };
        },
      });
  },
});

const WITHOUT_ACCESSES = 'Total Accesses not present in mod_status output. Is ExtendedStatus enabled?';

/** Where the page may be; only some servers take the form with a slash, others only that one. */
function addressesOf(url: string, hostname: string): readonly string[] {
  const written = url === '' ? [`http://${hostname}/server-status`, `http://${hostname}/server-status/`] : [url];
  return written.map((address) => {
    const asked = new URL(address);
    if (asked.search === '') asked.search = 'auto';
    return asked.href;
  });
}

/** The first page that is there. */
async function firstOf(host: Host, [page, ...others]: readonly Page[], signal: AbortSignal): Promise<string> {
  if (page === undefined) return '';
  try {
    return await readPage(host, page, signal);
  } catch (error) {
    const isElsewhere = error instanceof NoPage && ELSEWHERE.has(error.status);
    if (!isElsewhere || others.length === 0) throw error;
    return await firstOf(host, others, signal);
  }
}

const ELSEWHERE = new Set([301, 302, 404]);
const MAX_LINES = 1_000;

/** What a page of mod_status for programs tells; `undefined` when it is none. */
export function parseModStatus(page: string): Metrics | undefined {
  const fields = new Map<string, string>();
  for (const line of page.split('\n', MAX_LINES)) {
    const colon = line.indexOf(': ');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2).trim());
  }
  const number = (name: string) => numberIn(fields.get(name));
  const board = fields.get('Scoreboard');
  const load = number('CPULoad');
  if (number('BusyWorkers') === undefined && number('Total Accesses') === undefined) return undefined;
  return known({
    version: fields.get('ServerVersion'),
    uptime: number('Uptime') ?? number('ServerUptimeSeconds'),
    busy_workers: number('BusyWorkers'),
    idle_workers: number('IdleWorkers'),
    total_accesses: number('Total Accesses'),
    total_kbytes: number('Total kBytes'),
    cpu_load: load === undefined ? undefined : toHundredths(load),
    scoreboard: board === undefined ? undefined : parseScoreboard(board),
  });
}

/** How many workers do what, by the signs of a scoreboard. */
function parseScoreboard(board: string): Metrics {
  const counts = new Map<string, number>(SIGNS.map(([sign]) => [sign, 0]));
  for (const sign of board) {
    const count = counts.get(sign);
    if (count !== undefined) counts.set(sign, count + 1);
  }
  return Object.fromEntries(SIGNS.map(([sign, name]) => [name, counts.get(sign) ?? 0]));
}

function ratesOf(pair: Pair<Metrics> | undefined): Metrics {
  if (!pair) return {};
  const perSecond = (key: string, factor: number) => {
    const [before, after] = [pair.before[key], pair.after[key]];
    if (typeof before !== 'number' || typeof after !== 'number') return undefined;
    const went = advance(before, after);
    return went === undefined ? undefined : toRate((went * factor) / pair.seconds);
  };
  return known({ 'req/s': perSecond('total_accesses', 1), 'bytes/s': perSecond('total_kbytes', 1_024) });
}
