import { defineCommand } from '../../command.ts';
import { type MaybeEntry, readChanges } from '../../kv-waiting.ts';
import { waitUntil } from '../../waiting.ts';

export default defineCommand({
  arguments: '<KEY>',
  examples: ['kv wait-exists config/db', 'kv wait-exists config/db --timeout 5m'],
  route: 'GET /kv-changes',
  run: ({ args: [key = ''] }, context) =>
    waitUntil(
      {
        ask: readChanges(context.agent, key),
        judge: (entry: MaybeEntry) => ({
          isReached: entry !== undefined,
          sentence: `the key ${key} ${entry === undefined ? 'does not exist' : 'exists'}`,
          state: entry === undefined ? 'missing' : 'there',
          value: { key, exists: entry !== undefined },
        }),
        missed: `the key ${key} does not exist`,
      },
      context,
    ),
});
