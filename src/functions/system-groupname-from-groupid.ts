import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { needAccount } from './support/accounts.ts';

export default defineFunction({
  name: 'system_groupname_from_groupid',
  description: 'The name of a group of the system.',
  group: 'system',
  reach: 'host',

  options: z.object({
    id: z.int().describe('Number of the group.'),
  }),

  configure:
    ({ id }) =>
    async (scope) =>
      (await needAccount('group', id, scope)).name,
});
