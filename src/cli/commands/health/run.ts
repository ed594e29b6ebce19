import { defineCommand } from '../../command.ts';
import { serviceExit, serviceLines } from '../../service-text.ts';

const PATIENCE_MS = 90_000;

export default defineCommand({
  arguments: '<SERVICE>',
  examples: ['health run myservice', 'health run myservice --json'],
  route: 'POST /health-services/NAME/run',
  async run({ args: [name = ''] }, { agent, terminal }) {
    const service = await agent.ask(
      'POST /health-services/:name/run',
      { params: { name } },
      { timeoutMs: PATIENCE_MS },
    );
    terminal.show(service, () => {
      for (const line of serviceLines(service)) terminal.line(line);
    });
    return serviceExit(service);
  },
});
