import { colourOf } from '../../colour.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

export default defineCommand({
  examples: ['check list', 'check list --json'],
  route: 'GET /monitoring/checks',
  local: 'checks',
  async run(_, context) {
    await whenInitialized(context);
    const checks = await context.agent.ask('GET /monitoring/checks', {});
    const { terminal } = context;
    const columns = [{ title: 'ID' }, { title: 'STATE' }, { title: 'KIND' }, { title: 'LAST' }, { title: 'OUTPUT' }];
    const rows = checks.map(({ name, state, kind = '', last_check = null, output }) => [
      escaped(name),
      { text: state, colour: colourOf(state) },
      escaped(kind),
      terminal.time(last_check),
      escaped(output),
    ]);
    terminal.show(checks, () => terminal.table(columns, rows, 'no checks'));
  },
});
