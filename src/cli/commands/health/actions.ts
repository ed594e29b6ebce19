import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<SERVICE> [CHECK] [ACTION]',
  examples: ['health actions myservice', 'health actions myservice MyHealthCheck InstallKeyFile'],
  route: 'GET /health-services/NAME/actions',
  async run({ args: [name = '', check, action] }, { agent, terminal }) {
    const offered = await agent.ask('GET /health-services/:name/actions', { params: { name } });
    const wanted = offered.filter(
      (each) => (check ?? each.healthcheck) === each.healthcheck && (action ?? each.action) === each.action,
    );
    terminal.show(wanted, () => {
      for (const { healthcheck, action: named, info, args, kwargs } of wanted) {
        const defaults = Object.entries(kwargs).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
        terminal.line(escaped(`${healthcheck} ${named}(${[...args, ...defaults].join(', ')})`));
        if (info !== null) terminal.line(`    ${escaped(info)}`);
      }
      if (wanted.length === 0) terminal.note('no action is offered now');
    });
  },
});
