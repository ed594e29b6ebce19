import { defineCommand } from '../../../command.ts';
import { showEdited } from '../../../edited.ts';

export default defineCommand({
  arguments: '<KEY> <VALUE>',
  examples: ['agent parameters set display_name "front 1"', 'agent parameters set http.port 7770'],
  route: 'PUT /agent/parameters/:key',
  local: 'files',
  async run({ args: [key = '', text = ''] }, { agent, terminal }) {
    const { typedValue } = await import('../../../../agent/typed-values.ts');
    const body = { value: JSON.parse(JSON.stringify(typedValue(text))) };
    const done = await agent.ask('PUT /agent/parameters/:key', { params: { key }, body });
    showEdited(`agent.${key}`, 'SET', done, terminal);
  },
});
