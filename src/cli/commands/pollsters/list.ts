import { collectorColour } from '../../collector-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

export default defineCommand({
  examples: ['pollsters list', 'pollsters list --json'],
  route: 'GET /openstack/pollsters',
  local: 'groups',
  async run(_, context) {
    await whenInitialized(context);
    const { agent, terminal } = context;
    const pollsters = await agent.ask('GET /openstack/pollsters', {});
    const columns = [
      { title: 'NAME' },
      { title: 'NAMESPACE' },
      { title: 'STATE' },
      { title: 'INTERVAL', align: 'right' },
      { title: 'LAST' },
      { title: 'SAMPLES', align: 'right' },
      { title: 'ERRORS', align: 'right' },
      { title: 'LOG' },
    ] as const;
    const rows = pollsters.map(({ name, namespace, state, interval_ms, last_run, samples, errors_total, log }) => [
      escaped(name),
      escaped(namespace),
      { text: state, colour: collectorColour(state) },
      `${interval_ms / 1_000}s`,
      terminal.time(last_run),
      String(samples),
      String(errors_total),
      escaped(log),
    ]);
    terminal.show(pollsters, () => {
      terminal.table(columns, rows, 'no pollsters');
      for (const { name, excluded } of pollsters) {
        for (const [resource, reason] of Object.entries(excluded))
          terminal.note(`${escaped(name)} leaves out ${escaped(resource)}: ${escaped(reason)}`);
      }
    });
  },
});
