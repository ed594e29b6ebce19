import type { Api } from '../../../../http/api.ts';
import { defineCommand } from '../../../command.ts';
import { waitUntil } from '../../../waiting.ts';

type Event = Api['GET /agent/event/:type']['answer'];

export default defineCommand({
  arguments: '<TYPE>',
  options: { new: { kind: 'flag', description: 'only an event after now; else one of the last 300 seconds will do' } },
  examples: ['gossip events wait deploy', 'gossip events wait deploy --new --timeout 5m'],
  route: 'GET /agent/event/:type',
  async run({ args: [type = ''], options }, context) {
    let first: Event | undefined;
    const judge = (event: Event) => {
      if (first === undefined) first = options.new ? event : null;
      const isReached = event !== null && event.id !== first?.id;
      const state = isReached ? 'seen' : 'not seen';
      return { isReached, sentence: `event ${type} is ${state}`, state, value: isReached ? event : null };
    };
    return await waitUntil(
      {
        ask: (known, manner) =>
          context.agent.askWhole('GET /agent/event/:type', { params: { type }, query: known }, manner),
        judge,
        missed: `event ${type} is not seen`,
      },
      context,
    );
  },
});
