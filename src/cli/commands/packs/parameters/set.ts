import { defineCommand } from '../../../command.ts';
import { parameterName } from '../../../dotted-name.ts';
import { showEdited } from '../../../edited.ts';
import { packEntries } from '../../../pack-entries.ts';

export default defineCommand({
  arguments: '<LEVEL.PACK.KEY> <VALUE>',
  options: { force: { kind: 'flag', description: 'also a parameter that the pack does not know' } },
  examples: ['packs parameters set global.linux.memory_critical 80', 'packs parameters set local.slack.channel "#ops"'],
  route: 'PUT /packs/parameters/:level/:pack/:key',
  local: 'files',
  async run({ args: [written = '', text = ''], options: { force } }, { agent, terminal }) {
    const { typedValue } = await import('../../../../agent/typed-values.ts');
    const value = typedValue(text);
    const names = packEntries(await agent.ask('GET /packs', {})).map(({ name }) => name);
    const params = parameterName(written, names);
    const body = { value: JSON.parse(JSON.stringify(value)), force };
    const done = await agent.ask('PUT /packs/parameters/:level/:pack/:key', { params, body });
    showEdited(`${params.pack}.${params.key}`, 'SET', done, terminal);
  },
});
