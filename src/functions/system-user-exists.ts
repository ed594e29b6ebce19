import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { findAccount } from './support/accounts.ts';

export default defineFunction({
  name: 'system_user_exists',
  description: 'Whether the system knows a user, by name or number.',
  group: 'system',
  reach: 'host',

  options: z.object({
    name: z.union([z.string(), z.int()]).describe('Name or number of the user.'),
  }),

  configure:
    ({ name }) =>
    async (scope) =>
      (await findAccount('passwd', name, scope)) !== undefined,
});
