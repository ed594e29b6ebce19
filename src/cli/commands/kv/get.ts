import { isUtf8 } from 'node:buffer';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { AgentRefusal } from '../../failure.ts';

export default defineCommand({
  arguments: '<KEY>',
  options: {
    raw: { kind: 'flag', description: 'write the bytes of the value and nothing else' },
    r: { kind: 'value', placeholder: 'N', description: 'nodes that are asked: 1, 2, 3 or all' },
  },
  examples: ['kv get config/db', 'kv get picture.png --raw'],
  route: 'GET /kv/KEY',
  async run({ args: [key = ''], options }, { agent, terminal }) {
    try {
      const entry = await agent.ask('GET /kv/:key*', { params: { key }, query: { r: options.r } });
      const value = Buffer.from(entry.value, 'base64');
      if (options.raw) {
        terminal.bytes(value);
        return 0;
      }
      terminal.show(entry, () => {
        const isText = isUtf8(value);
        if (!isText) terminal.note('note: the value is no text; it is shown in base64 (--raw writes its bytes)');
        terminal.line(`${escaped(key)}::${isText ? lines(value.toString('utf8')) : entry.value}`);
      });
      return 0;
    } catch (error) {
      if (!(error instanceof AgentRefusal) || error.code !== 'not_found' || terminal.json) throw error;
      terminal.error(`ERROR: the key ${escaped(key)} does not exist`);
      return 2;
    }
  },
});

/** The lines of a value may stay lines; what else could steer a terminal may not. */
const lines = (text: string): string => text.split('\n').map(escaped).join('\n');
