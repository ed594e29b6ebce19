import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'is_in_group',
  description: 'Whether this node is in a group.',
  group: 'gossip',
  reach: 'node',

  options: z.object({
    group: z.string().describe('The group.'),
  }),

  configure:
    ({ group }) =>
    ({ node }) =>
      node.groups.has(group),
});
