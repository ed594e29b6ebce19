import type { Listing } from './catalog.ts';

/** The commands about alerts, by their words, as `COMMANDS` lists them. */
export const ALERT_COMMANDS: readonly (readonly [string, Listing])[] = [
  ['alerts list', { summary: 'List the open alerts of this node.', load: () => import('./commands/alerts/list.ts') }],
  [
    'alerts route',
    {
      summary: 'Show who would be told of an alert, when, and why others would not.',
      load: () => import('./commands/alerts/route.ts'),
    },
  ],
  [
    'alerts show',
    { summary: 'Show all there is to know of an alert.', load: () => import('./commands/alerts/show.ts') },
  ],
  [
    'check ack',
    {
      summary: 'Say that somebody knows of a problem, so that it is not repeated.',
      load: () => import('./commands/check/ack.ts'),
    },
  ],
  [
    'check unack',
    { summary: 'Take back that somebody knows of a problem.', load: () => import('./commands/check/unack.ts') },
  ],
  [
    'handlers list',
    { summary: 'List the handlers, and how they fare.', load: () => import('./commands/handlers/list.ts') },
  ],
  [
    'handlers queue',
    { summary: 'List messages that wait for their handler.', load: () => import('./commands/handlers/queue.ts') },
  ],
  [
    'handlers retry',
    { summary: 'Try everything that waits at once.', load: () => import('./commands/handlers/retry.ts') },
  ],
  [
    'handlers test',
    { summary: 'Send a message that is marked as a test.', load: () => import('./commands/handlers/test.ts') },
  ],
  ['maintenance list', { summary: 'List maintenance windows.', load: () => import('./commands/maintenance/list.ts') }],
  [
    'maintenance start',
    {
      summary: 'Keep everything of some nodes quiet while they are worked on.',
      load: () => import('./commands/maintenance/start.ts'),
    },
  ],
  [
    'maintenance stop',
    {
      summary: 'End a maintenance window; without ID those of this node.',
      load: () => import('./commands/maintenance/stop.ts'),
    },
  ],
  [
    'silence add',
    { summary: 'Keep alerts quiet for a while, in the whole zone.', load: () => import('./commands/silence/add.ts') },
  ],
  [
    'silence list',
    { summary: 'List silences, and how many open alerts each fits.', load: () => import('./commands/silence/list.ts') },
  ],
  [
    'silence remove',
    { summary: 'End a silence, in the whole zone.', load: () => import('./commands/silence/remove.ts') },
  ],
];
