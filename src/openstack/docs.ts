import type { MetricDoc } from './metric.ts';

/** A number of things, such as instances. */
export const countOf = (name: string, unit: string, meaning: string): MetricDoc => ({
  name,
  type: 'uint32',
  unit,
  meaning,
});

/** A number that only those see who want everything. */
export const more = (doc: MetricDoc): MetricDoc => ({ ...doc, profile: 'full' });

/** Whether a service answers, and how long it takes: the two that most probes begin with. */
export const statusAndTime = (prefix: string, what: string): readonly [MetricDoc, MetricDoc] => [
  { name: `${prefix}_local_status`, type: 'uint32', meaning: `Is 1 while ${what} answers, else 0.` },
  {
    name: `${prefix}_local_response_time`,
    type: 'double',
    unit: 'ms',
    meaning: `Time until ${what} begins to answer.`,
  },
];

/** Whether the health page of a service says that it works; absent where it has none. */
export const healthOf = (service: string): MetricDoc => ({
  name: `${service}_healthcheck_status`,
  type: 'uint32',
  profile: 'full',
  meaning: `Is 1 while the page /healthcheck of ${service} says OK; absent where there is none.`,
});
