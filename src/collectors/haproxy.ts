import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { askInText } from '../plugins/asking.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { beginningOf, NoPage, type Page, pageAddressOrNone, readPage } from '../plugins/pages.ts';
import { type Pair, ratesOf, sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { known } from '../plugins/trees.ts';
import { type HaproxyStatus, type ProxyPart, parseHaproxy, totalsOf } from './support/haproxy-status.ts';
import { gauge, info, rate, total } from './support/key-docs.ts';

const CONNECT_MS = 2_000;
/** Some 20,000 servers. */
const MAX_BYTES = 8 * 1_048_576;
/** Frontends, backends and servers whose own numbers are shown. */
const MOST_SHOWN = 1_000;

const RATED = ['stot', 'bin', 'bout'];
const RESPONSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

const SHOWN = ['scur', 'qcur', 'req_rate', 'rtime', 'weight', 'chkfail', ...RESPONSES.map((kind) => `hrsp_${kind}`)];
const COLUMNS = [...SHOWN, ...RATED];

const part = (doc: KeyDoc): KeyDoc => ({ ...doc, key: `proxies.*.*.${doc.key}` });

export default defineCollector({
  name: 'haproxy',
  description: 'Proxies and servers of an HAProxy load balancer: which are up, and how much goes through them.',
  group: 'haproxy',
  options: z.object({
    stats_socket: z.string().default('/run/haproxy/admin.sock').describe('Path of its unix socket for statistics.'),
    stats_uri: pageAddressOrNone
      .default('')
      .describe('Address of its page of statistics; counts instead of the socket when it is set.'),
    user: z.string().default('').describe('Who logs in at that page, when it wants a login.'),
    password: z.string().default('').describe('Password of that login.'),
  }),
  keys: [
    ...SERVICE_KEYS,
    info('version', 'Version of the program; not told on the page.'),
    gauge('uptime_s', 'Seconds since the start; not told on the page.', 's'),
    gauge('servers_up', 'Servers that take requests.'),
    gauge(
      'servers_down',
      'Servers that are down, or take no more requests by themselves; those in maintenance do not count.',
    ),
    gauge('backends_down', 'Backends that no server is left for.'),
    gauge('sessions_current', 'Sessions that are open.'),
    gauge('conn_rate', 'Connections taken in the last second.', '1/s'),
    gauge(
      'proxies_left_out',
      'Frontends, backends and servers beyond the first 1,000, which are counted but not shown.',
    ),
    part(
      info(
        'status',
        'State, such as `UP`, `DOWN 1/2` or `OPEN`. Before it stand the proxy, and the server, `FRONTEND` or `BACKEND`.',
      ),
    ),
    part(gauge('scur', 'Sessions that are open.')),
    part(gauge('qcur', 'Requests that wait for a server.')),
    part(gauge('req_rate', 'Requests in the last second; of frontends.', '1/s')),
    part(gauge('rtime', 'Mean time until a server answered, over the last 1,024 requests.', 'ms')),
    part(gauge('weight', 'Weight of a server, or of all of a backend.')),
    part(total('chkfail', 'Checks of a server that failed.')),
    part(rate('stot/s', 'Sessions per second.')),
    part(rate('bin/s', 'Bytes from clients per second.', 'bytes/s')),
    part(rate('bout/s', 'Bytes to clients per second.', 'bytes/s')),
    ...RESPONSES.map((kind) => part(total(`hrsp_${kind}`, `Answers of HTTP with a status ${kind}.`))),
  ],

  configure: ({ stats_socket, stats_uri, user, password }) => {
    const paired = sinceLast<Counters>();
    const page: Page | undefined = stats_uri === '' ? undefined : { url: stats_uri, user, password };
    const read = page ? pageReader(page) : socketReader(stats_socket);
    return (host, signal) =>
      askService(host, signal, {
        async ask(running) {
          const text = await read(host, running);
          const status = parseHaproxy(text, COLUMNS);
          if (!status)
            throw new NoPage(`HAProxy answers with something else than statistics: ${beginningOf(text, page)}`, 200);
          return treeOf(status, paired(host.clock, countersOf(status)));
        },
      });
  },
});

type Read = (host: Host, signal: AbortSignal) => Promise<string>;

function pageReader(page: Page): Read {
  const url = page.url.includes(';csv') ? page.url : `${page.url};csv`;
  return (host, signal) => readPage(host, { ...page, url, maxBytes: MAX_BYTES }, signal);
}

function socketReader(socketPath: string): Read {
  const to = { socketPath, timeoutMs: CONNECT_MS, receiveCap: MAX_BYTES };
  return async (host, signal) => {
    try {
      return await askInText(host, { to, text: 'show info;show stat\n' }, signal);
    } catch (error) {
      if (systemCode(error) !== 'EACCES') throw error;
      const message = `${socketPath} is closed to the agent's user; add it to the group of that socket, often haproxy`;
      throw new NotEligible(message, { cause: error });
    }
  };
}

type Counters = ReadonlyMap<string, ReadonlyMap<string, number>>;

const nameOf = ({ proxy, name }: ProxyPart): string => `${proxy}/${name}`;

const countersOf = ({ parts }: HaproxyStatus): Counters =>
  new Map(parts.slice(0, MOST_SHOWN).map((each) => [nameOf(each), each.numbers]));

function treeOf(status: HaproxyStatus, pair: Pair<Counters> | undefined): Metrics {
  const proxies = new Map<string, [string, Metrics][]>();
  for (const each of status.parts.slice(0, MOST_SHOWN)) {
    const shown = proxies.get(each.proxy) ?? [];
    proxies.set(each.proxy, shown);
    shown.push([each.name, { ...ownNumbers(each), ...ownRates(each, pair) }]);
  }
  const leftOut = status.parts.length - MOST_SHOWN;
  return {
    ...known({
      ...totalsOf(status),
      version: status.version,
      uptime_s: status.uptime,
      proxies_left_out: leftOut > 0 ? leftOut : undefined,
    }),
    proxies: Object.fromEntries(Array.from(proxies, ([name, shown]) => [name, Object.fromEntries(shown)])),
  };
}

const ownNumbers = ({ status, numbers }: ProxyPart): Metrics =>
  known({ status, ...Object.fromEntries(SHOWN.map((name) => [name, numbers.get(name)])) });

function ownRates(each: ProxyPart, pair: Pair<Counters> | undefined): Metrics {
  const before = pair?.before.get(nameOf(each));
  return pair && before ? ratesOf({ before, after: each.numbers, seconds: pair.seconds }, RATED) : {};
}
