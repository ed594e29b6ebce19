import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from '../../command.ts';
import { sampleOf, schemaText } from '../../schema-files.ts';

export default defineCommand({
  arguments: '[KIND]',
  examples: ['config sample', 'config sample detector'],
  route: 'none',
  async run({ args: [kind = 'agent'] }, { terminal, world }) {
    const text =
      kind === 'agent'
        ? readFileSync(join(world.program, 'etc/agent.yml'), 'utf8')
        : sampleOf(kind, schemaText(world.program, kind));
    terminal.show({ kind, text }, () => terminal.line(text.trimEnd()));
  },
});
