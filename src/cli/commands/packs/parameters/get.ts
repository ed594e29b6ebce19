import { defineCommand } from '../../../command.ts';
import { parameterName } from '../../../dotted-name.ts';
import { packEntries } from '../../../pack-entries.ts';
import { showParameter } from '../../../parameter-text.ts';

export default defineCommand({
  arguments: '<LEVEL.PACK.KEY>',
  examples: ['packs parameters get global.linux.memory_critical', 'packs parameters get local.slack.token --json'],
  route: 'GET /packs/parameters/:level/:pack/:key',
  local: 'files',
  async run({ args: [written = ''] }, { agent, terminal, world }) {
    const names = packEntries(await agent.ask('GET /packs', {})).map(({ name }) => name);
    const params = parameterName(written, names);
    const found = await agent.ask('GET /packs/parameters/:level/:pack/:key', { params });
    const { address } = agent;
    const { secretIn } = await import('../../../../agent/typed-values.ts');
    const isHidden = String(found.value).includes('******') && address.kind === 'socket';
    const secret = isHidden ? await secretIn(found.file, params.key, address.path, world.uid) : undefined;
    const value = secret ?? found.value;
    terminal.show({ ...found, value }, () => showParameter(written, value, found.comments, terminal));
  },
});
