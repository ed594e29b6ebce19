import { resolve } from 'node:path';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { writePrivateFile } from '../../private-file.ts';

export default defineCommand({
  arguments: '[PREFIX]',
  options: {
    output: {
      kind: 'value',
      placeholder: 'FILE',
      description: 'write a file, which only its owner can read, in place of an older one',
    },
  },
  examples: ['kv export > keys.jsonl', 'kv export config/ -o config.jsonl'],
  route: 'GET /kv-export',
  async run({ args: [prefix = ''], options: { output } }, { agent, terminal, world }) {
    const asked = { query: { prefix } };
    if (output === undefined || output === '-') {
      await agent.download('GET /kv-export', asked, (chunk) => terminal.bytes(chunk));
      return;
    }
    let bytes = 0;
    await writePrivateFile({ path: resolve(world.cwd, output), option: '--output' }, async (file) => {
      await agent.download('GET /kv-export', asked, async (chunk) => {
        await file.writeFile(chunk);
        bytes += chunk.length;
      });
    });
    terminal.show({ file: output, bytes }, () => terminal.note(`wrote ${bytes} bytes to ${escaped(output)}`));
  },
});
