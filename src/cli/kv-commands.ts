import type { Listing } from './catalog.ts';

/** The commands of the key-value store, by their words. */
export const KV_COMMANDS: readonly (readonly [string, Listing])[] = [
  [
    'kv delete',
    { summary: 'Delete a key, or all that begin with a prefix.', load: () => import('./commands/kv/delete.ts') },
  ],
  ['kv export', { summary: 'Write keys into a file.', load: () => import('./commands/kv/export.ts') }],
  ['kv get', { summary: 'Print the value of a key.', load: () => import('./commands/kv/get.ts') }],
  ['kv history', { summary: 'Show what happened to a key.', load: () => import('./commands/kv/history.ts') }],
  ['kv import', { summary: 'Put the keys of a file back.', load: () => import('./commands/kv/import.ts') }],
  ['kv list', { summary: 'List keys.', load: () => import('./commands/kv/list.ts') }],
  ['kv put', { summary: 'Store a value under a key.', load: () => import('./commands/kv/put.ts') }],
  ['kv status', { summary: 'Show how the store and its ring are.', load: () => import('./commands/kv/status.ts') }],
  [
    'kv reopen',
    {
      summary: 'Open the store of this node again, after its disk failed.',
      load: () => import('./commands/kv/reopen.ts'),
    },
  ],
  ['kv sync', { summary: 'Compare what is held with other nodes now.', load: () => import('./commands/kv/sync.ts') }],
  ['kv wait-exists', { summary: 'Wait until there is a key.', load: () => import('./commands/kv/wait-exists.ts') }],
  ['kv wait-value', { summary: 'Wait until a key has a value.', load: () => import('./commands/kv/wait-value.ts') }],
  ['kv watch', { summary: 'Show every change of keys.', load: () => import('./commands/kv/watch.ts') }],
  ['kv where', { summary: 'Show which nodes keep a key.', load: () => import('./commands/kv/where.ts') }],
];
