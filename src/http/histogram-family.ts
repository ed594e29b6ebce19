import type { Histogram } from '../base/histogram.ts';
import type { Family } from './exposition.ts';

/** A histogram as Prometheus reads it: how many values are not above each limit, what all of them are together, and how many there are. */
export function histogramFamily(name: string, help: string, histogram: Histogram): Family {
  const counts = histogram.cumulative();
  const total = counts.at(-1) ?? 0;
  const buckets = histogram.limits.map((limit, at) => bucket(limitText(limit), counts[at] ?? 0));
  const samples = [
    ...buckets,
    bucket('+Inf', total),
    { suffix: '_sum', value: histogram.sum } as const,
    { suffix: '_count', value: total } as const,
  ];
  return { name, help, type: 'histogram', samples };
}

const bucket = (le: string, value: number) => ({ suffix: '_bucket', labels: { le }, value }) as const;

/** OpenMetrics wants a point in each limit; the same text in both formats keeps a series one. */
const limitText = (limit: number): string => (Number.isInteger(limit) ? `${limit}.0` : decimal(limit));

/** Without an exponent, as other programs write limits. */
const decimal = (limit: number): string => limit.toFixed(9).replace(/0+$/, '');
