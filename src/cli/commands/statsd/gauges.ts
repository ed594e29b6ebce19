import { defineCommand } from '../../command.ts';
import { showStatsd } from '../../statsd-values.ts';

export default defineCommand({
  arguments: '[PREFIX]',
  examples: ['statsd gauges', 'statsd gauges api. --json'],
  route: 'GET /statsd/gauges',
  run: ({ args: [prefix] }, { agent, terminal }) =>
    showStatsd((query) => agent.askWhole('GET /statsd/gauges', { query }), { prefix, title: 'VALUE' }, terminal),
});
