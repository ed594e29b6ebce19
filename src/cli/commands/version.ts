import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from '../command.ts';
import { escaped } from '../escape.ts';

export default defineCommand({
  options: { agent: { kind: 'flag', description: 'also the version of the running agent' } },
  examples: ['version', 'version --agent'],
  route: 'GET /agent/version',
  async run({ options }, { world, agent, terminal }) {
    const { version } = JSON.parse(readFileSync(join(world.program, 'package.json'), 'utf8')) as { version: string };
    const running = options.agent ? await agent.ask('GET /agent/version', {}) : undefined;
    const found = { version, node: process.versions.node, ...(running === undefined ? {} : { agent: running }) };
    terminal.show(found, () => {
      terminal.line(version);
      if (running !== undefined) terminal.line(`agent: ${escaped(running)}`);
    });
    if (running !== undefined && running !== version)
      terminal.note('warning: the running agent has another version; restart it');
  },
});
