import type { Listing } from './catalog.ts';

/** The commands about names, by their words, as `COMMANDS` lists them. */
export const DNS_COMMANDS: readonly (readonly [string, Listing])[] = [
  [
    'dns install',
    { summary: 'Let the name server of this machine ask the agent.', load: () => import('./commands/dns/install.ts') },
  ],
  ['dns resolve', { summary: 'Ask the agent for a name.', load: () => import('./commands/dns/resolve.ts') }],
  [
    'dns uninstall',
    { summary: 'Take away what dns install wrote.', load: () => import('./commands/dns/uninstall.ts') },
  ],
];
