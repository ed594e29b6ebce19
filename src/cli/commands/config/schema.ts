import { defineCommand } from '../../command.ts';
import { schemaText } from '../../schema-files.ts';

export default defineCommand({
  arguments: '[KIND]',
  examples: ['config schema', 'config schema check --json'],
  route: 'none',
  async run({ args: [kind = 'agent'] }, { terminal, world }) {
    const text = schemaText(world.program, kind);
    terminal.show(JSON.parse(text), () => terminal.line(text.trimEnd()));
  },
});
