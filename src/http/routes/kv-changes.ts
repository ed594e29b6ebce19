import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { OpsbroError } from '../../base/errors.ts';
import { checkKey } from '../../kv/key-rules.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { ChangesJson } from '../schemas/kv.ts';
import { flag } from '../schemas.ts';
import { nodeHeader } from './kv.ts';

const DEFAULT_WAIT = '5m';
const MAX_WAIT_MS = 600_000;
const HISTORY = 1_000;

const Asked = z.strictObject({
  index: z.string().max(40).optional().describe('index of the answer before; without it the place to begin from'),
  prefix: z.string().max(1_024).optional().describe('only keys that begin with it'),
  key: z.string().optional().describe('only this key'),
  history: flag.optional().describe('with key: its last 1000 changes that are kept'),
  wait: z.string().max(20).default(DEFAULT_WAIT).describe('how long to wait for a change: 30s; at most 10m'),
  values: flag.optional().describe('values as well, of keys that still have them'),
});

/** What happens to keys. */
export const kvChangesRoutes = (parts: ApiParts) => ({
  'GET /kv-changes': route({
    access: 'read',
    summary: 'The changes of keys behind an index: at once, or as soon as there is one.',
    query: Asked,
    answer: ChangesJson,
    headers: nodeHeader(parts),
    async handle({ query, signal }) {
      const { index, prefix, key, wait, values, history } = query;
      for (const name of [prefix, key]) if (name !== undefined && name !== '') checkKey(name);
      const { changes: feed } = parts;
      if (history) return { index: feed.index, changes: [...(await feed.history(named(key), HISTORY))] };
      if (index === undefined) return { index: await feed.begin(key ?? prefix ?? ''), changes: [] };
      const waitMs = waitOf(wait);
      const page = await feed.read({ index, prefix, key, withValues: values, waitMs, signal });
      return { index: page.index, changes: [...page.changes], ...(page.isCut && { more: true }) };
    },
  }),
});

function named(key: string | undefined): string {
  if (key !== undefined) return key;
  throw new OpsbroError('bad_request', 'history is that of a key; write key=KEY&history');
}

function waitOf(written: string): number {
  const ms = parseDuration(written);
  if (ms <= MAX_WAIT_MS) return ms;
  throw new OpsbroError('bad_request', `query wait: "${written}" is longer than 10m`);
}
