import type { Listing } from './catalog.ts';

/** The commands about the agent itself, by their words. */
export const AGENT_COMMANDS: readonly (readonly [string, Listing])[] = [
  ['agent health', { summary: 'Tell how the agent is, and why.', load: () => import('./commands/agent/health.ts') }],
  [
    'agent info',
    { summary: 'Show everything about this node on one page.', load: () => import('./commands/agent/info.ts') },
  ],
  ['agent keygen', { summary: 'Make new keys.', load: () => import('./commands/agent/keygen.ts') }],
  [
    'agent parameters add',
    {
      summary: 'Add to a list of the settings, such as groups.',
      load: () => import('./commands/agent/parameters/add.ts'),
    },
  ],
  [
    'agent parameters get',
    { summary: 'Show one setting of the agent.', load: () => import('./commands/agent/parameters/get.ts') },
  ],
  [
    'agent parameters remove',
    { summary: 'Take out of a list of the settings.', load: () => import('./commands/agent/parameters/remove.ts') },
  ],
  [
    'agent parameters set',
    { summary: 'Change a setting of the agent in its file.', load: () => import('./commands/agent/parameters/set.ts') },
  ],
  [
    'agent parameters show',
    { summary: 'List the settings of the agent.', load: () => import('./commands/agent/parameters/show.ts') },
  ],
  ['agent print', { summary: 'Print one fact of the agent.', load: () => import('./commands/agent/print.ts') }],
  ['agent reload', { summary: 'Read the configuration again.', load: () => import('./commands/agent/reload.ts') }],
  [
    'agent start',
    { summary: 'Run the agent, in the foreground or as a daemon.', load: () => import('./commands/agent/start.ts') },
  ],
  [
    'agent stop',
    { summary: 'Stop the agent and wait until it is gone.', load: () => import('./commands/agent/stop.ts') },
  ],
  [
    'agent wait-initialized',
    {
      summary: 'Wait until the agent has looked around once.',
      load: () => import('./commands/agent/wait-initialized.ts'),
    },
  ],
  [
    'agent hosting',
    {
      summary: 'Show which hoster this machine is of, and who says so.',
      load: () => import('./commands/agent/hosting.ts'),
    },
  ],
  [
    'agent internal show-threads',
    { summary: 'As agent parts.', load: () => import('./commands/agent/internal/show-threads.ts') },
  ],
  [
    'agent log follow',
    {
      summary: 'Show what a part of the agent says, as it says it.',
      load: () => import('./commands/agent/log/follow.ts'),
    },
  ],
  [
    'agent log list',
    { summary: 'List the parts that say something.', load: () => import('./commands/agent/log/list.ts') },
  ],
  [
    'agent log show',
    { summary: 'Show the last lines of a log file.', load: () => import('./commands/agent/log/show.ts') },
  ],
  [
    'agent modules state',
    { summary: 'Tell what is switched on, and how it is.', load: () => import('./commands/agent/modules/state.ts') },
  ],
  [
    'agent parts',
    { summary: 'List what the agent is made of, and how it fares.', load: () => import('./commands/agent/parts.ts') },
  ],
  [
    'agent debug',
    { summary: 'Pack what helps to find a fault, without secrets.', load: () => import('./commands/agent/debug.ts') },
  ],
  [
    'agent restart',
    { summary: 'Stop the agent and start it again.', load: () => import('./commands/agent/restart.ts') },
  ],
  [
    'doctor',
    { summary: 'Look whether this machine can run an agent well.', load: () => import('./commands/doctor.ts') },
  ],
  ['banner', { summary: 'Print the name in big letters.', load: () => import('./commands/banner.ts') }],
  ['history', { summary: 'Show what happened, by kind.', load: () => import('./commands/history.ts') }],
  ['ui', { summary: 'Open the web page of the agent.', load: () => import('./commands/ui.ts') }],
  [
    'completion',
    { summary: 'Print what lets a shell complete command lines.', load: () => import('./commands/completion.ts') },
  ],
];
