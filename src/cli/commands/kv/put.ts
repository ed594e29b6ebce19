import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { contentOf } from '../../input-file.ts';

export default defineCommand({
  arguments: '<KEY> [VALUE]',
  options: {
    file: { kind: 'value', placeholder: 'F', description: 'take the value from a file; - is the standard input' },
    ttl: { kind: 'value', placeholder: 'D', description: 'how long the key lives, such as 60s, 15m, 7d' },
    cas: {
      kind: 'value',
      placeholder: 'VERSION',
      description: 'only if this is the present version; 0: only if there is no such key',
    },
    w: { kind: 'value', placeholder: 'N', description: 'nodes that must have it: 1, 2, 3 or all' },
  },
  examples: ['kv put config/db postgres://db1', 'kv put picture.png --file picture.png --ttl 1h'],
  route: 'PUT /kv/KEY',
  async run({ args: [key = '', text], options: { file, ttl, cas, w } }, { agent, terminal, world }) {
    if ((text === undefined) === (file === undefined)) {
      throw new UsageError('give a VALUE or --file, and not both (see opsbro kv put --help)');
    }
    const body = file === undefined ? Buffer.from(text ?? '') : await contentOf(file, world, '--file');
    const written = await agent.ask('PUT /kv/:key*', { params: { key }, query: { ttl, cas, w }, body });
    terminal.show(written, () => terminal.line(` - Set key ${escaped(key)} : OK`));
  },
});
