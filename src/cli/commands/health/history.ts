import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '[SERVICE]',
  options: { node: { kind: 'value', placeholder: 'NODE', description: 'only what this node did' } },
  examples: ['health history', 'health history myservice --json'],
  route: 'GET /history/repairs',
  async run({ args: [service], options: { node } }, { agent, terminal }) {
    const query = { ...(service !== undefined && { service }), ...(node !== undefined && { node }) };
    const records = await agent.ask('GET /history/repairs', { query });
    if (terminal.json) return terminal.show(records, () => {});
    const columns = [
      { title: 'TIME' },
      { title: 'ID' },
      { title: 'WHAT' },
      { title: 'SERVICE' },
      { title: 'CHECK' },
      { title: 'ACTION' },
      { title: 'WHO' },
      { title: 'OUTCOME' },
    ];
    const rows = records.map((each) => [
      terminal.time(each.at),
      ...[each.id, each.event, each.service, each.check, each.action, each.who].map(escaped),
      escaped(each.event === 'end' ? `${each.before} -> ${each.after}` : each.reason),
    ]);
    terminal.table(columns, rows, 'nothing was repaired or refused');
  },
});
