import { z } from 'zod';
import { CHECK_STATES } from '../../model/check.ts';

const State = z.enum([...CHECK_STATES, 'pending']);

/** A service of a node; what only its own node knows is absent for services of others. */
export const ServiceJson = z.object({
  name: z.string(),
  state: State,
  state_id: z.int(),
  address: z.string().describe('empty: that of the node'),
  port: z.int().describe('0 when it has none'),
  tags: z.array(z.string()),
  meta: z.record(z.string(), z.string()),
  id: z.string().optional(),
  pack_name: z.string().optional(),
  old_state: State.optional(),
  last_change: z.number().nullable().optional(),
  checks: z.array(z.string()).optional().describe('ids of the checks that judge it'),
  output: z.string().optional(),
  notes: z.string().optional(),
});
export type ServiceJson = z.output<typeof ServiceJson>;
