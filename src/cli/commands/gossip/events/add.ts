import { defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';

export default defineCommand({
  arguments: '<TYPE>',
  options: { payload: { kind: 'value', placeholder: 'TEXT', description: 'what there is to know of it' } },
  examples: ['gossip events add deploy', 'gossip events add deploy --payload v2'],
  route: 'POST /agent/event',
  async run({ args: [type = ''], options: { payload } }, { agent, terminal }) {
    const body = { type, ...(payload !== undefined && { payload }) };
    const event = await agent.ask('POST /agent/event', { body });
    terminal.show(event, () => terminal.line(escaped(event.id)));
  },
});
