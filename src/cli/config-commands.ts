import type { Listing } from './catalog.ts';

/** The commands about what people wrote, by their words. */
export const CONFIG_COMMANDS: readonly (readonly [string, Listing])[] = [
  ['config diff', { summary: 'Tell what a reload would change.', load: () => import('./commands/config/diff.ts') }],
  [
    'config sample',
    { summary: 'Print a file with every field explained.', load: () => import('./commands/config/sample.ts') },
  ],
  ['config schema', { summary: 'Print the JSON Schema of a file.', load: () => import('./commands/config/schema.ts') }],
  ['config show', { summary: 'Show all settings as they count.', load: () => import('./commands/config/show.ts') }],
  [
    'config validate',
    { summary: 'Say everything that is wrong in the files.', load: () => import('./commands/config/validate.ts') },
  ],
];
