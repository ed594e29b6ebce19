import { defineCommand } from '../../../command.ts';
import { showParameter } from '../../../parameter-text.ts';

export default defineCommand({
  arguments: '<KEY>',
  examples: ['agent parameters get groups', 'agent parameters get http.port --json'],
  route: 'GET /agent/parameters/:key',
  local: 'files',
  async run({ args: [key = ''] }, { agent, terminal }) {
    const setting = await agent.ask('GET /agent/parameters/:key', { params: { key } });
    terminal.show(setting, () => showParameter(`agent.${key}`, setting.value, setting.comments, terminal));
  },
});
