import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, OpsbroError } from '../../../base/errors.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '[PREFIX]',
  options: {
    output: { kind: 'value', placeholder: 'FILE', description: 'write a file, which only its owner can read' },
  },
  examples: ['kv export > keys.jsonl', 'kv export config/ -o config.jsonl'],
  route: 'GET /kv-export',
  async run({ args: [prefix = ''], options: { output } }, { agent, terminal, world }) {
    const asked = { query: { prefix } };
    if (output === undefined || output === '-') {
      await agent.download('GET /kv-export', asked, (chunk) => terminal.bytes(chunk));
      return;
    }
    await using file = await created(resolve(world.cwd, output));
    let bytes = 0;
    await agent.download('GET /kv-export', asked, async (chunk) => {
      await file.writeFile(chunk);
      bytes += chunk.length;
    });
    await file.sync();
    terminal.show({ file: output, bytes }, () => terminal.note(`wrote ${bytes} bytes to ${escaped(output)}`));
  },
});

async function created(path: string) {
  try {
    return await open(path, 'w', 0o600);
  } catch (error) {
    throw new OpsbroError('bad_request', `--output: ${messageOf(error)}`, { cause: error });
  }
}
