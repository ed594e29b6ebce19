import { checkLines } from '../../check-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<ID>',
  examples: ['check show linux/cpu', 'check show linux/memory --json'],
  route: 'GET /monitoring/checks/ID',
  local: 'groups',
  async run({ args: [id = ''] }, { agent, terminal }) {
    const check = await agent.ask('GET /monitoring/checks/:id*', { params: { id } });
    terminal.show(check, () => {
      for (const line of checkLines(check, terminal)) terminal.line(line);
      const { definition, command = [] } = check;
      if (command.length > 0) terminal.line(`    runs ${escaped(JSON.stringify(command))}`);
      if (definition === null) return;
      terminal.line(`    ${escaped(definition.file)}:${definition.line}`);
      for (const [name, value] of Object.entries(definition.fields)) {
        terminal.line(`      ${escaped(name)}: ${escaped(typeof value === 'string' ? value : JSON.stringify(value))}`);
      }
    });
  },
});
