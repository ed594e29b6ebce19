import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { duration } from '../config/fields.ts';
import { CHECK_STATES } from '../model/check.ts';
import { defineCheck } from '../plugins/kinds.ts';

const Terms = z.object({
  ttl: duration(1)
    .optional()
    .describe('Without a result for this long it is what expired_state says; without it, never.'),
  expired_state: z.enum(['warning', 'critical', 'unknown']).default('critical').describe('What it is then.'),
  initial_state: z
    .enum([...CHECK_STATES, 'pending'])
    .default('pending')
    .describe('What it is before the first result.'),
});
type Terms = z.output<typeof Terms>;

/** What is written within `passive` counts before what is written beside it. */
const Options = Terms.extend({
  passive: z.union([z.boolean(), Terms.partial()]).describe('true, or a map of ttl, expired_state and initial_state.'),
});

export default defineCheck({
  name: 'passive',
  description: 'Waits for results that others report, and becomes a problem when none comes in time.',
  fields: ['passive'],
  order: 60,
  timeoutMs: 10_000,
  options: Options,
  waiting(fields) {
    const { ttl, expired_state, initial_state } = termsOf(fields);
    return { ttlMs: ttl, expiredState: expired_state, initialState: initial_state };
  },

  configure: () => async () => {
    throw new OpsbroError('conflict', 'this check waits for results that are reported; it does not run');
  },
});

function termsOf(fields: unknown): Terms {
  const { passive } = Options.parse(fields);
  const within = typeof passive === 'object' ? (fields as { readonly passive: object }).passive : {};
  return Terms.parse({ ...(fields as object), ...within });
}
