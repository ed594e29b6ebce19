import { CHECK_STATES } from '../../../model/check.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';

export default defineCommand({
  arguments: '<CHECK>',
  options: { severity: { kind: 'value', placeholder: 'S', description: 'how grave it would be' } },
  examples: ['alerts route linux/disks', 'alerts route linux/disks --severity warning'],
  route: 'GET /monitoring/route',
  async run({ args: [check = ''], options }, { agent, terminal }) {
    const severity = CHECK_STATES.find((state) => state === options.severity?.toLowerCase());
    if (options.severity !== undefined && severity === undefined)
      throw new UsageError(`--severity: "${options.severity}" is no severity; possible: ${CHECK_STATES.join(', ')}`);
    const found = await agent.ask('GET /monitoring/route', { query: { check, severity } });
    const columns = [
      { title: 'HANDLER' },
      { title: 'TOLD' },
      { title: 'AFTER', align: 'right' },
      { title: 'WHY' },
    ] as const;
    const rows = found.handlers.map(({ name, told, after, why }) => [
      escaped(name),
      told ? 'yes' : 'no',
      told ? `${after}s` : '',
      escaped(why),
    ]);
    terminal.show(found, () => {
      terminal.line(`${escaped(found.ref)} ${found.severity.toUpperCase()}`);
      for (const { number, taken, why } of found.routes)
        terminal.line(` - route ${number}: ${taken ? 'taken' : 'not taken'}${why === '' ? '' : `, ${escaped(why)}`}`);
      terminal.table(columns, rows, 'there are no handlers');
    });
  },
});
