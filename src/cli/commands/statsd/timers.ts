import { defineCommand } from '../../command.ts';
import { showStatsd } from '../../statsd-values.ts';

export default defineCommand({
  arguments: '[PREFIX]',
  examples: ['statsd timers', 'statsd timers api. --json'],
  route: 'GET /statsd/timers',
  run: ({ args: [prefix] }, { agent, terminal }) =>
    showStatsd((query) => agent.askWhole('GET /statsd/timers', { query }), { prefix, title: 'VALUES' }, terminal),
});
