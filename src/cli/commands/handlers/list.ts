import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['handlers list', 'handlers list --json'],
  route: 'GET /agent/handlers',
  async run(_, { agent, terminal }) {
    const handlers = await agent.ask('GET /agent/handlers', {});
    const columns = [
      { title: 'NAME' },
      { title: 'TYPE' },
      { title: 'STATE' },
      { title: 'PENDING', align: 'right' },
      { title: 'DEAD', align: 'right' },
      { title: 'SENT', align: 'right' },
      { title: 'FAILED', align: 'right' },
      { title: 'LAST SENT' },
      { title: 'ERROR' },
    ] as const;
    const rows = handlers.map((handler) => [
      escaped(handler.name),
      escaped(handler.type),
      { text: handler.state, colour: COLOURS[handler.state] },
      String(handler.pending),
      String(handler.dead),
      String(handler.sent),
      String(handler.failed),
      handler.last_success === null ? 'never' : terminal.time(handler.last_success * 1_000),
      escaped(handler.error === '' ? handler.remark : handler.error),
    ]);
    terminal.show(handlers, () => terminal.table(columns, rows, 'no handlers'));
  },
});

const COLOURS = { ok: 'green', error: 'red', disabled: 'grey' } as const;
