import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { defineCheck } from '../plugins/kinds.ts';

const Options = z.object({
  mob: z
    .strictObject({ service: z.string().min(1), check: z.string().min(1) })
    .describe('The health check whose results it takes.'),
});

export default defineCheck({
  name: 'mob',
  description: 'Takes the results of a health check of a service package; there is one for each by itself.',
  fields: ['mob'],
  order: 50,
  timeoutMs: 30_000,
  options: Options,
  waiting: () => ({ ttlMs: undefined, expiredState: 'unknown', initialState: 'pending' }),

  configure: () => async () => {
    throw new OpsbroError('conflict', 'this check takes the results of a health check; run that: opsbro health run');
  },
});
