import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'gossip_get_zone',
  description: 'The zone of a node, empty when the node is unknown.',
  group: 'gossip',
  reach: 'node',

  options: z.object({
    node_uuid: z.string().default('').describe('Id of the node; this one when empty.'),
  }),

  configure:
    ({ node_uuid }) =>
    ({ node }) =>
      node_uuid === '' ? node.zone : (node.members.get(node_uuid)?.zone ?? ''),
});
