import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { needAccount } from './support/accounts.ts';

export default defineFunction({
  name: 'system_username_from_userid',
  description: 'The name of a user of the system.',
  group: 'system',
  reach: 'host',

  options: z.object({
    id: z.int().describe('Number of the user.'),
  }),

  configure:
    ({ id }) =>
    async (scope) =>
      (await needAccount('passwd', id, scope)).name,
});
