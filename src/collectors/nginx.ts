import { z } from 'zod';
import { toRate } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { beginningOf, NoPage, PAGE_MS, type Page, pageAddress, readPage } from '../plugins/pages.ts';
import { advance, sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { known } from '../plugins/trees.ts';
import { gauge, rate, total } from './support/key-docs.ts';

/** The page has three lines and a heading. */
const MAX_BYTES = 16_384;

export default defineCollector({
  name: 'nginx',
  description: 'Connections and requests of an nginx web server, from its page of stub_status.',
  group: 'nginx',
  options: z.object({
    uri: pageAddress.default('http://localhost/nginx_status').describe('Address of the page of stub_status.'),
  }),
  keys: [
    ...SERVICE_KEYS,
    gauge('connections', 'Connections that are open, idle ones too.'),
    total('accepts', 'Connections accepted since the start.'),
    total('handled', 'Connections that were handled.'),
    total('requests', 'Requests since the start.'),
    total('dropped', 'Connections accepted but not handled, for a limit.'),
    gauge('reading', 'Connections whose request is being read.'),
    gauge('writing', 'Connections whose answer is being written.'),
    gauge('waiting', 'Idle connections that are kept open.'),
    rate('reqPerSec', 'Requests per second.'),
    rate('req/s', 'The same under the name that other collectors have.'),
  ],

  configure: ({ uri }) => {
    const page: Page = { url: uri, maxBytes: MAX_BYTES };
    const paired = sinceLast<number>();
    return (host, signal) =>
      askService(host, signal, {
        limitMs: PAGE_MS,
        async ask(running) {
          const text = await readPage(host, page, running);
          const status = parseStubStatus(text);
          if (!status) throw new NoPage(`not a stub_status page: ${beginningOf(text, page)}`, 200);
          const pair = paired(host.clock, status.requests);
          const went = pair && advance(pair.before, pair.after);
          const perSecond = pair && went !== undefined ? toRate(went / pair.seconds) : undefined;
          return { ...status, ...known({ reqPerSec: perSecond, 'req/s': perSecond }) };
        },
      });
  },
});

/** The numbers of a page of stub_status; `undefined` when it is none. */
export function parseStubStatus(page: string): (Metrics & { readonly requests: number }) | undefined {
  const lines = page.split('\n', MAX_LINES);
  const find = (pattern: RegExp): readonly number[] => {
    const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
    return (found ?? []).slice(1).map(Number);
  };
  const [connections] = find(/^Active connections: *(\d+)/);
  const [accepts, handled, requests] = find(/^ *(\d+) +(\d+) +(\d+)/);
  const [reading, writing, waiting] = find(/^Reading: *(\d+) +Writing: *(\d+) +Waiting: *(\d+)/);
  if (accepts === undefined || handled === undefined || requests === undefined) return undefined;
  if (connections === undefined || waiting === undefined) return undefined;
  const [reads, writes] = [reading ?? 0, writing ?? 0];
  return {
    connections,
    accepts,
    handled,
    requests,
    dropped: accepts - handled,
    reading: reads,
    writing: writes,
    waiting,
  };
}

const MAX_LINES = 20;
