import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { needAccount } from './support/accounts.ts';

export default defineFunction({
  name: 'system_groupid_from_groupname',
  description: 'The number of a group of the system.',
  group: 'system',
  reach: 'host',

  options: z.object({
    n: z.string().describe('Name of the group.'),
  }),

  configure:
    ({ n }) =>
    async (scope) =>
      (await needAccount('group', n, scope)).id,
});
