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

/** Whether the health page of a service says that it works, or its first page answers where it has none. */
export const healthOf = (service: string): MetricDoc => ({
  name: `${service}_healthcheck_status`,
  type: 'uint32',
  profile: 'full',
  meaning: `Is 1 while the page /healthcheck of ${service} says OK, or where there is none the first page answers.`,
});

/** By how much a number grows; only an agent, which has looked before, can tell. */
export const perSecond = (name: string): MetricDoc => ({
  name: `${name}_per_second`,
  type: 'double',
  unit: 'per_s',
  profile: 'full',
  meaning: `By how much ${name} grows in a second, since the last run of the agent.`,
});
