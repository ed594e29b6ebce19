import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'is_in_static_group',
  description: 'Whether this node is in a group that its configuration names.',
  group: 'gossip',
  reach: 'node',

  options: z.object({
    group: z.string().describe('The group.'),
  }),

  configure:
    ({ group }) =>
    ({ node }) =>
      node.staticGroups.has(group),
});
