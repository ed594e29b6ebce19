import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'compliance_get_state_of_rule',
  description: 'The state of a compliance rule of this node, UNKNOWN when it has none of that name.',
  group: 'system',
  reach: 'node',

  options: z.object({
    name: z.string().min(1).describe('The rule.'),
  }),

  configure:
    ({ name }) =>
    ({ node }) =>
      node.ruleStates.get(name) ?? 'UNKNOWN',
});
