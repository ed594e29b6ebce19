import { defineCommand } from '../../command.ts';
import { countIn } from '../../count.ts';
import { follow } from '../../kv-follow.ts';

const CHANGES = { least: 1, most: 999_999_999 };

export default defineCommand({
  arguments: '[PREFIX] [COMMAND...]',
  options: {
    from: { kind: 'value', placeholder: 'INDEX', description: 'begin behind this change instead of now' },
    values: { kind: 'flag', description: 'with --json or a command: values as well' },
    count: { kind: 'value', placeholder: 'N', description: 'end after so many changes' },
  },
  examples: ['kv watch config/', 'kv watch config/ -- systemctl reload app'],
  route: 'GET /kv-changes',
  async run({ args: [prefix = '', ...argv], options: { from, values, count } }, context) {
    const most = count === undefined ? Number.POSITIVE_INFINITY : countIn('--count', count, CHANGES);
    await follow({ prefix, from, values: values ? '1' : undefined, most, argv }, context);
  },
});
