import { z } from 'zod';
import * as field from './fields.ts';
import { section } from './section.ts';

/** Who may send unless something else is written: this machine and private networks. */
export const SENDERS = ['127.0.0.0/8', '::1', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10'];

const LONGEST_WINDOW = 300_000;
const MOST_PERCENTILES = 20;
const MOST_BINS = 100;

const isShare = (share: number): boolean => share !== 0 && Math.abs(share) < 100;

const bin = z.union([z.number(), z.literal('inf').transform(() => Number.POSITIVE_INFINITY)]);

const histogram = z.strictObject({
  match: z.string(),
  bins: z
    .array(bin)
    .min(1)
    .max(MOST_BINS)
    .refine((bins) => bins.every((limit, at) => at === 0 || limit > Number(bins[at - 1])), { error: () => '' })
    .meta({ expected: 'a list of rising numbers, of which the last may be inf' }),
});

/** The section `statsd` of agent.yml. */
export const statsd = section({
  enabled: field
    .flag()
    .default(false)
    .describe('Take samples in the protocol of statsd; the group statsd-listener switches it on as well.'),
  port: field.door().default(8125).describe('Port for UDP, and for TCP.'),
  bind: field.addresses().prefault(['127.0.0.1', '::1']).describe('Addresses it listens on.'),
  tcp: field.flag().default(true).describe('Listen on TCP too.'),
  allow: field.networks().prefault(SENDERS).describe('Networks whose samples count; others are refused.'),
  interval: field
    .duration(1_000)
    .refine((ms) => ms <= LONGEST_WINDOW && ms % 1_000 === 0, { error: () => '' })
    .meta({ expected: 'whole seconds from 1s to 300s' })
    .prefault('10s')
    .describe('Length of a window, of which is told what it had.'),
  percentiles: z
    .array(z.number().refine(isShare, { error: () => '' }))
    .max(MOST_PERCENTILES)
    .meta({ expected: 'a list of numbers between 0 and 100, or below 0 for the greatest values' })
    .prefault([99])
    .describe('Parts of the values of a timer that are told of, from the least on; negative ones from the greatest.'),
  prefix: field
    .textLike(/^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,4}$/, 'a name such as stats')
    .prefault('stats')
    .describe('What the names of series begin with.'),
  legacy_names: field
    .flag()
    .default(false)
    .describe('Name counters as the first versions of statsd did: stats.K and stats_counts.K.'),
  opsbro_names: field
    .flag()
    .default(false)
    .describe('Keep counters also as stats.gauges.K.count and .rate, as OpsBro did.'),
  idle_flushes: field
    .wholeNumber(0, 1_000_000)
    .default(6)
    .describe('Windows in which what gets no samples any more is still told of, as 0.'),
  gauge_ttl: field
    .wholeNumber(1, 1_000_000)
    .default(60)
    .describe('Windows after which a gauge is forgotten that nobody sets.'),
  histograms: z
    .array(histogram)
    .max(MOST_BINS)
    .meta({ expected: 'a list of {match: part of a name, bins: [10, 100, inf]}' })
    .prefault([])
    .describe('Timers whose values are counted by size, the first whose match is part of the name.'),
  service_checks: field
    .flag()
    .default(false)
    .describe('Take results of checks in the form of DogStatsD, for checks that wait for results.'),
  events: field.flag().default(true).describe('Take events in the form of DogStatsD, as marks on charts.'),
  influx_tags: field.flag().default(false).describe('Take tags in keys as Influx writes them: name,tag=value.'),
  max_series: field
    .wholeNumber(1, 10_000_000)
    .default(100_000)
    .describe('Series there may be at a time; samples of further ones are dropped and counted.'),
  timer_reservoir: field
    .wholeNumber(1, 10_000_000)
    .default(10_000)
    .describe('Values of one timer that are kept in a window; of more, a fair sample.'),
});
