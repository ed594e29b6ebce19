import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, OpsbroError } from '../../../base/errors.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import type { World } from '../../world.ts';

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
  },
  examples: ['kv put config/db postgres://db1', 'kv put picture.png --file picture.png --ttl 1h'],
  route: 'PUT /kv/KEY',
  async run({ args: [key = '', text], options: { file, ttl, cas } }, { agent, terminal, world }) {
    if ((text === undefined) === (file === undefined)) {
      throw new UsageError('give a VALUE or --file, and not both (see opsbro kv put --help)');
    }
    const body = file === undefined ? Buffer.from(text ?? '') : await contentOf(file, world);
    const written = await agent.ask('PUT /kv/:key*', { params: { key }, query: { ttl, cas }, body });
    terminal.show(written, () => terminal.line(` - Set key ${escaped(key)} : OK`));
  },
});

async function contentOf(file: string, world: World): Promise<Uint8Array<ArrayBuffer>> {
  if (file === '-') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of world.input) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(resolve(world.cwd, file));
  } catch (error) {
    throw new OpsbroError('bad_request', `--file: ${messageOf(error)}`, { cause: error });
  }
}
