import { resolve } from 'node:path';
import { defineCommand } from '../../command.ts';
import { complain } from '../../complaint.ts';
import { ENDINGS, type Ending } from '../../ending.ts';
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
      return 0;
    }
    let bytes = 0;
    const stop = new AbortController();
    // What is half written must not be left beside the file.
    let ending: Ending | undefined;
    using _ending = world.onEnding((signal) => {
      ending ??= signal;
      // Who hangs up takes the terminal along, and with it the place for words.
      if (signal === 'SIGHUP') world.outliveOutput();
      stop.abort();
    });
    try {
      await writePrivateFile({ path: resolve(world.cwd, output), option: '--output' }, async (file) => {
        const take = async (chunk: Uint8Array) => {
          await file.writeFile(chunk);
          bytes += chunk.length;
        };
        await agent.download('GET /kv-export', asked, take, { signal: stop.signal });
      });
    } catch (error) {
      if (ending === undefined) throw error;
      const what = ending === 'SIGINT' ? 'interrupted' : `ended by ${ending}`;
      complain(terminal, 'interrupted', `${what}; ${output} is not written`);
      return ENDINGS[ending];
    }
    terminal.show({ file: output, bytes }, () => terminal.note(`wrote ${bytes} bytes to ${escaped(output)}`));
    return 0;
  },
});
