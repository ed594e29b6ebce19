import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'gossip_have_event_type',
  description: 'Whether an event of a type was sent in the pool within the last 300 seconds.',
  group: 'gossip',
  reach: 'node',

  options: z.object({
    type: z.string().min(1).describe('The type of the event.'),
  }),

  configure:
    ({ type }) =>
    ({ node }) =>
      node.hasEvent(type),
});
