import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

const SECRET = /TOKEN|SECRET|PASSWORD|PASSWD|KEY|CREDENTIAL/i;

export default defineFunction({
  name: 'get_env',
  description: 'An environment variable of the agent, empty when unset or likely to hold a secret.',
  group: 'system',
  reach: 'host',

  options: z.object({
    variable: z.string().describe('The name of the variable.'),
  }),

  configure:
    ({ variable }) =>
    async () =>
      SECRET.test(variable) || !Object.hasOwn(process.env, variable) ? '' : (process.env[variable] ?? ''),
});
