import type { Listing } from './catalog.ts';

/** The commands about series and those who send them, by their words, as `COMMANDS` lists them. */
export const METRIC_COMMANDS: readonly (readonly [string, Listing])[] = [
  ['metrics list', { summary: 'List the names of series.', load: () => import('./commands/metrics/list.ts') }],
  ['metrics send', { summary: 'Send a point to Graphite.', load: () => import('./commands/metrics/send.ts') }],
  ['metrics show', { summary: 'Show how series went.', load: () => import('./commands/metrics/show.ts') }],
  [
    'statsd counters',
    { summary: 'List the counters of the open window.', load: () => import('./commands/statsd/counters.ts') },
  ],
  [
    'statsd delete',
    { summary: 'Forget what statsd has of a name.', load: () => import('./commands/statsd/delete.ts') },
  ],
  ['statsd gauges', { summary: 'List the gauges.', load: () => import('./commands/statsd/gauges.ts') }],
  ['statsd send', { summary: 'Send a sample to statsd.', load: () => import('./commands/statsd/send.ts') }],
  ['statsd sets', { summary: 'List the sets of the open window.', load: () => import('./commands/statsd/sets.ts') }],
  ['statsd stats', { summary: 'Show what came to statsd.', load: () => import('./commands/statsd/stats.ts') }],
  [
    'statsd timers',
    { summary: 'List the timers of the open window.', load: () => import('./commands/statsd/timers.ts') },
  ],
];
