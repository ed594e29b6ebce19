import { defineCommand } from '../../../command.ts';
import { parameterName } from '../../../dotted-name.ts';
import { showEdited } from '../../../edited.ts';
import { packEntries } from '../../../pack-entries.ts';

export default defineCommand({
  arguments: '<LEVEL.PACK.KEY>',
  examples: [
    'packs parameters unset global.linux.memory_critical',
    'packs parameters unset local.slack.channel --json',
  ],
  route: 'DELETE /packs/parameters/:level/:pack/:key',
  local: 'files',
  async run({ args: [written = ''] }, { agent, terminal }) {
    const names = packEntries(await agent.ask('GET /packs', {})).map(({ name }) => name);
    const params = parameterName(written, names);
    const done = await agent.ask('DELETE /packs/parameters/:level/:pack/:key', { params });
    showEdited(`${params.pack}.${params.key}`, 'REMOVE', done, terminal);
  },
});
