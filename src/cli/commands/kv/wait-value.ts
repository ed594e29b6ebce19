import { defineCommand } from '../../command.ts';
import { type MaybeEntry, readChanges } from '../../kv-waiting.ts';
import { waitUntil } from '../../waiting.ts';

export default defineCommand({
  arguments: '<KEY> <VALUE>',
  examples: ['kv wait-value deploy/state done', 'kv wait-value deploy/state done --timeout 5m'],
  route: 'GET /kv-changes',
  run({ args: [key = '', wanted = ''] }, context) {
    const base64 = Buffer.from(wanted).toString('base64');
    return waitUntil(
      {
        ask: readChanges(context.agent, key),
        judge(entry: MaybeEntry) {
          const isReached = entry?.value === base64;
          const state = stateOf(entry, isReached);
          return { isReached, sentence: `the key ${key} is ${state}`, state, value: { key, reached: isReached } };
        },
        missed: `the key ${key} is not ${wanted}`,
      },
      context,
    );
  },
});

function stateOf(entry: MaybeEntry, isReached: boolean): string {
  if (entry === undefined) return 'missing';
  return isReached ? 'as wanted' : 'different';
}
