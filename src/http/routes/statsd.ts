import { z } from 'zod';
import type { StatsdKind } from '../../model/statsd.ts';
import { PAGING, pageOf } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, route } from '../route.ts';

const StatsdStatsJson = z.object({
  port: z.int(),
  packets: z.int().describe('datagrams and pieces of streams'),
  samples: z.int(),
  bad_lines: z.int(),
  ignored: z.int().describe('lines of a kind that is switched off'),
  series: z.int().describe('of the open window'),
  series_dropped: z.int().describe('samples of series that there was no room for'),
  members_dropped: z.int().describe('members of sets that were not told apart'),
  refused: z.int().describe('packets and connections of those who may not send'),
  udp_drops: z.int().describe('datagrams that the system threw away'),
  flush_ms: z.number().describe('work to tell of the last window'),
});

const ValueJson = z.object({ name: z.string(), value: z.number() });

const Listed = z.strictObject({ ...PAGING, prefix: z.string().max(512).optional().describe('beginning of the names') });

/** What statsd has in its open window. All of these are `not_found` while it is closed. */
export const statsdRoutes = ({ statsd }: Pick<ApiParts, 'statsd'>) => {
  const list = (kind: StatsdKind, summary: string) =>
    route({
      access: 'read',
      summary,
      query: Listed,
      answer: z.array(ValueJson),
      handle({ query }) {
        const { prefix = '' } = query;
        const fitting = statsd.list(kind).filter(({ name }) => name.startsWith(prefix));
        const { items, headers } = pageOf(fitting, ({ name }) => name, query, { prefix: query.prefix });
        return new Reply([...items], { headers });
      },
    });
  return {
    'GET /statsd/stats': route({
      access: 'read',
      summary: 'What came to statsd since it was opened.',
      answer: StatsdStatsJson,
      handle() {
        const stats = statsd.stats();
        return {
          port: stats.port,
          packets: stats.packets,
          samples: stats.samples,
          bad_lines: stats.badLines,
          ignored: stats.ignored,
          series: stats.series,
          series_dropped: stats.seriesDropped,
          members_dropped: stats.membersDropped,
          refused: stats.refused,
          udp_drops: stats.drops,
          flush_ms: stats.flushMs,
        };
      },
    }),
    'GET /statsd/counters': list('counters', 'The counters of the open window, and their sums so far.'),
    'GET /statsd/timers': list('timers', 'The timers of the open window, and how many values they have so far.'),
    'GET /statsd/gauges': list('gauges', 'The gauges, and their values.'),
    'GET /statsd/sets': list('sets', 'The sets of the open window, and how many members they have so far.'),
    'DELETE /statsd/series/:name*': route({
      access: 'write',
      summary: 'Forgets what statsd has of a name; what was stored of it stays.',
      params: z.strictObject({ name: z.string().min(1).max(512) }),
      answer: z.object({ name: z.string() }),
      handle({ params: { name } }) {
        statsd.forget(name);
        return { name };
      },
    }),
  };
};
