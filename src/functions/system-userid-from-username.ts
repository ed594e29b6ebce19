import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { needAccount } from './support/accounts.ts';

export default defineFunction({
  name: 'system_userid_from_username',
  description: 'The number of a user of the system.',
  group: 'system',
  reach: 'host',

  options: z.object({
    n: z.string().describe('Name of the user.'),
  }),

  configure:
    ({ n }) =>
    async (scope) =>
      (await needAccount('passwd', n, scope)).id,
});
