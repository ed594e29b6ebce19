import { defineCommand } from '../../command.ts';
import { complain } from '../../complaint.ts';
import { AgentRefusal } from '../../failure.ts';
import { type Service, serviceExit, serviceLines } from '../../service-text.ts';

const UNKNOWN_SERVICE = 3;

export default defineCommand({
  arguments: '[SERVICE]',
  examples: ['health status', 'health status myservice --json'],
  route: 'GET /mob/GetStatus, GET /health-services/NAME',
  async run({ args: [name] }, { agent, terminal }) {
    let services: readonly Service[];
    try {
      services =
        name === undefined
          ? await agent.ask('GET /mob/GetStatus', {})
          : [await agent.ask('GET /health-services/:name', { params: { name } })];
    } catch (error) {
      if (!(error instanceof AgentRefusal) || error.code !== 'not_found') throw error;
      complain(terminal, error.code, error.message);
      return UNKNOWN_SERVICE;
    }
    terminal.show(services, () => {
      for (const service of services) for (const line of serviceLines(service)) terminal.line(line);
      if (services.length === 0) terminal.note('no services');
    });
    return Math.max(0, ...services.map(serviceExit));
  },
});
