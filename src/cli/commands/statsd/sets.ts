import { defineCommand } from '../../command.ts';
import { showStatsd } from '../../statsd-values.ts';

export default defineCommand({
  arguments: '[PREFIX]',
  examples: ['statsd sets', 'statsd sets api. --json'],
  route: 'GET /statsd/sets',
  run: ({ args: [prefix] }, { agent, terminal }) =>
    showStatsd((query) => agent.askWhole('GET /statsd/sets', { query }), { prefix, title: 'MEMBERS' }, terminal),
});
