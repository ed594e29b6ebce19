import { resolve } from 'node:path';
import { defineCommand } from '../../command.ts';
import { complain } from '../../complaint.ts';
import { escaped } from '../../escape.ts';
import { writePrivateFile } from '../../private-file.ts';

/** As the shell has it for a command that SIGINT ended. */
const INTERRUPTED = 130;

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
      return 0;
    }
    let bytes = 0;
    const stop = new AbortController();
    // What is half written must not be left beside the file.
    using _interrupt = world.onInterrupt(() => stop.abort());
    try {
      await writePrivateFile({ path: resolve(world.cwd, output), option: '--output' }, async (file) => {
        const take = async (chunk: Uint8Array) => {
          await file.writeFile(chunk);
          bytes += chunk.length;
        };
        await agent.download('GET /kv-export', asked, take, { signal: stop.signal });
      });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      complain(terminal, 'interrupted', `interrupted; ${output} is not written`);
      return INTERRUPTED;
    }
    terminal.show({ file: output, bytes }, () => terminal.note(`wrote ${bytes} bytes to ${escaped(output)}`));
    return 0;
  },
});
