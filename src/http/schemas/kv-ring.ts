import { z } from 'zod';

const MemberJson = z.object({
  node: z.string(),
  name: z.string().describe('empty when nobody knows it'),
  state: z.string().describe('as membership has it'),
});

/** How the store of this node is, and the ring that it shares. */
export const KvStatusJson = z.object({
  engine: z.string(),
  state: z.enum(['ok', 'full', 'failed']),
  error: z.string(),
  records: z.int(),
  bytes: z.int(),
  quarantined: z.int().describe('damaged records that were set aside'),
  ring: z
    .object({
      phase: z.enum(['starting', 'returning', 'running']).describe('it serves while it is running'),
      view: z.string().describe('nodes that know the same members have the same'),
      members: z.array(MemberJson),
      ready: z.boolean().describe('this node has everything that belongs to it'),
      settled: z.boolean().describe('every member has'),
      clock_sound: z
        .boolean()
        .describe('its clock agrees with those of the others; true for a node that is not on the ring'),
      unseen: z.int().describe('nodes it has yet to compare with since the ring changed'),
      hints: z.int().describe('nodes that missed writes and have yet to be brought them'),
      counts: z.record(z.string(), z.int()).describe('what was done to keep nodes equal'),
    })
    .nullable()
    .describe('null: it shares none'),
});

/** Which nodes keep a key. */
export const KvWhereJson = z.object({
  key: z.string(),
  position: z.string(),
  replicas: z.array(
    MemberJson.extend({
      ready: z.boolean().describe('what it does not hold is not there'),
      version: z.string().nullable(),
    }),
  ),
});
export type KvWhereJson = z.output<typeof KvWhereJson>;

/** What the store is to do. */
export const KvActionJson = z.strictObject({
  action: z
    .enum(['sync', 'reopen'])
    .describe(
      'sync: compare what is held with other nodes; reopen: open the store of this node again, after its disk failed',
    ),
  node: z.string().max(128).optional().describe('id or name, for sync; all when left out'),
});
