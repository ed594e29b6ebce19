import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'is_in_detected_group',
  description: 'Whether this node is in a group that a detector found.',
  group: 'gossip',
  reach: 'node',

  options: z.object({
    group: z.string().describe('The group.'),
  }),

  configure:
    ({ group }) =>
    ({ node }) =>
      node.detectedGroups.has(group),
});
