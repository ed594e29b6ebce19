import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

const SHORT_ID = 12;

export default defineCommand({
  examples: ['docker containers', 'docker containers --json'],
  route: 'GET /docker/containers',
  local: 'files',
  async run(_, { agent, terminal }) {
    const containers = await agent.ask('GET /docker/containers', {});
    const columns = [
      { title: 'ID' },
      { title: 'NAME' },
      { title: 'STATE' },
      { title: 'HEALTH' },
      { title: 'RESTARTS', align: 'right' },
      { title: 'IMAGE' },
      { title: 'PORTS' },
    ] as const;
    const rows = Object.values(containers).map(({ id, name, state, health, restart_count: restarts, image, ports }) => [
      escaped(id.slice(0, SHORT_ID)),
      escaped(name),
      escaped(state),
      escaped(health ?? ''),
      String(restarts),
      escaped(image),
      escaped(ports.join(', ')),
    ]);
    terminal.show(containers, () => terminal.table(columns, rows, 'no containers'));
  },
});
