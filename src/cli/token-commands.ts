import type { Listing } from './catalog.ts';

/** The commands of tokens, by their words. */
export const TOKEN_COMMANDS: readonly (readonly [string, Listing])[] = [
  ['token create', { summary: 'Make a token and print it, once.', load: () => import('./commands/token/create.ts') }],
  ['token list', { summary: 'List the tokens there are.', load: () => import('./commands/token/list.ts') }],
  ['token revoke', { summary: 'Take a token back.', load: () => import('./commands/token/revoke.ts') }],
];
