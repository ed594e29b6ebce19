import { defineCommand } from '../../command.ts';
import { showStatsd } from '../../statsd-values.ts';

export default defineCommand({
  arguments: '[PREFIX]',
  examples: ['statsd counters', 'statsd counters api. --json'],
  route: 'GET /statsd/counters',
  run: ({ args: [prefix] }, { agent, terminal }) =>
    showStatsd((query) => agent.askWhole('GET /statsd/counters', { query }), { prefix, title: 'SUM' }, terminal),
});
