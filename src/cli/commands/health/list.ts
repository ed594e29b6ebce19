import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  options: { all: { kind: 'flag', description: 'also folders that are no service, and why' } },
  examples: ['health list', 'health list --all'],
  route: 'GET /health-services',
  async run({ options }, { agent, terminal }) {
    const services = await agent.ask('GET /health-services', { query: options.all ? { all: '1' } : {} });
    terminal.show(services, () => {
      for (const { service, is_service: isService, problems } of services) {
        terminal.line(escaped(isService ? service : `${service} (no service)`));
        for (const problem of problems) terminal.line(`    ${escaped(problem)}`);
      }
      if (services.length === 0) terminal.note('no services');
    });
  },
});
