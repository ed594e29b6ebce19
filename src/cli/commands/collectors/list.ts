import { collectorColour, collectorState } from '../../collector-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

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
    const rows = collectors.map((collector) => [
      escaped(collector.name),
      { text: collectorState(collector), colour: collectorColour(collector.state) },
      `${collector.interval_ms / 1_000}s`,
      terminal.time(collector.last_run ?? collector.last_check),
      String(collector.metrics),
      escaped(collector.log),
    ]);
    terminal.show(collectors, () => terminal.table(columns, rows, 'no collectors'));
  },
});
