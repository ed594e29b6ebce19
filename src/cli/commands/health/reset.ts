import { defineCommand } from '../../command.ts';

export default defineCommand({
  arguments: '<SERVICE> <CHECK>',
  examples: ['health reset myservice MyHealthCheck', 'health reset web linux/http --json'],
  route: 'POST /health-services/NAME/checks/CHECK/reset',
  async run({ args: [name = '', check = ''] }, { agent, terminal }) {
    const after = await agent.ask('POST /health-services/:name/checks/:check*/reset', { params: { name, check } });
    terminal.show(after, () => terminal.note('its actions have all their attempts again'));
  },
});
