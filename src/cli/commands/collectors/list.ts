import type { Colour } from '../../colour.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

const COLOURS: ReadonlyMap<string, Colour> = new Map([
  ['ok', 'green'],
  ['error', 'red'],
]);

export default defineCommand({
  examples: ['collectors list', 'collectors list --json'],
  route: 'GET /collectors',
  local: 'groups',
  async run(_, context) {
    await whenInitialized(context);
    const collectors = await context.agent.ask('GET /collectors', {});
    const { terminal } = context;
    const columns = [
      { title: 'NAME' },
      { title: 'STATE' },
      { title: 'INTERVAL', align: 'right' },
      { title: 'LAST' },
      { title: 'METRICS', align: 'right' },
      { title: 'LOG' },
    ] as const;
    const rows = collectors.map(({ name, state, stale, interval_ms, last_check, metrics, log }) => [
      escaped(name),
      { text: stale ? `${state} (stale)` : state, colour: COLOURS.get(state) ?? 'grey' },
      `${interval_ms / 1_000}s`,
      terminal.time(last_check),
      String(metrics),
      escaped(log),
    ]);
    terminal.show(collectors, () => terminal.table(columns, rows, 'no collectors'));
  },
});
