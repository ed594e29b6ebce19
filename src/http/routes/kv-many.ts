import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { runBatch } from '../kv-batch.ts';
import { allKeys } from '../kv-pages.ts';
import { WriteCopies } from '../kv-query.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { BatchAnswerJson, BatchOpJson, PrunedJson } from '../schemas/kv.ts';
import { flag } from '../schemas.ts';
import { nodeHeader } from './kv.ts';

const MOST_OPS = 256;
const AT_ONCE = 64;
/** Room for values of the greatest length there may be, in base64. */
const MAX_BODY = 16_777_216;

const Pruned = z.strictObject({
  prefix: z.string().describe('all keys that begin with it'),
  recurse: flag,
  confirm: z
    .string()
    .regex(/^\d{1,9}$/, 'write a whole number')
    .transform(Number)
    .describe('how many keys that are now'),
  all: flag.optional().describe('needed when the prefix is empty'),
  w: WriteCopies,
});

/** Many keys with one request. */
export const kvManyRoutes = (parts: ApiParts) => {
  const { kv } = parts;
  const headers = nodeHeader(parts);
  const prune = route({
    access: 'write' as const,
    summary: 'Deletes all keys that begin with a prefix, if they are as many as was said.',
    query: Pruned,
    answer: PrunedJson,
    headers,
    async handle({ query: { prefix, recurse, confirm, all, w } }) {
      if (!recurse) throw new OpsbroError('bad_request', 'deleting by prefix needs recurse');
      if (prefix === '' && !all)
        throw new OpsbroError('bad_request', 'an empty prefix means every key and needs all=true');
      const { keys, missing } = await allKeys(kv, { prefix, scope: 'ring' });
      if (missing.length > 0)
        throw new OpsbroError('quorum', `some keys cannot be seen: ${missing.join(', ')} did not answer`);
      if (keys.length !== confirm) throw countChanged(keys.length, confirm);
      const waiting = keys.values();
      const work = async () => {
        for (const key of waiting) await kv.delete(key, { copies: w });
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return { deleted: keys.length };
    },
  });
  return {
    'DELETE /kv': prune,
    'DELETE /kv/': prune,
    'POST /kv-batch': route({
      access: 'write',
      summary: 'Does up to 256 operations, each for itself: some may fail while others do not.',
      body: z.array(BatchOpJson).max(MOST_OPS),
      maxBody: MAX_BODY,
      answer: z.array(BatchAnswerJson),
      headers,
      handle: ({ body }) => runBatch(kv, body),
    }),
  };
};

const countChanged = (count: number, expected: number): OpsbroError =>
  new OpsbroError('count_changed', `there are ${count} such keys, not ${expected}; nothing was deleted`, {
    details: { count },
  });
