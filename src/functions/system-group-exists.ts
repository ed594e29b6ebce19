import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { findAccount } from './support/accounts.ts';

export default defineFunction({
  name: 'system_group_exists',
  description: 'Whether the system knows a group, by name or number.',
  group: 'system',
  reach: 'host',

  options: z.object({
    name: z.union([z.string(), z.int()]).describe('Name or number of the group.'),
  }),

  configure:
    ({ name }) =>
    async (scope) =>
      (await findAccount('group', name, scope)) !== undefined,
});
