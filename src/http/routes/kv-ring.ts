import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import type { KvRing } from '../../model/kv.ts';
import { memberOf, sharesNone, whereIs } from '../kv-where.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, route } from '../route.ts';
import { KvActionJson, KvStatusJson, KvWhereJson } from '../schemas/kv-ring.ts';
import { nodeHeader } from './kv.ts';

type Parts = Pick<ApiParts, 'kv' | 'membership'>;

/** How the store and its ring are. */
export const kvRingRoutes = (parts: ApiParts) => {
  const headers = nodeHeader(parts);
  return {
    'GET /kv-status': route({
      access: 'read',
      summary: 'How the store of this node is, and the ring of nodes that keep the keys.',
      answer: KvStatusJson,
      headers,
      handle: () => statusOf(parts),
    }),
    'POST /kv-status': route({
      access: 'write',
      summary: 'Has the store compare what it holds with another node, or with all, or opens it again.',
      body: KvActionJson,
      answer: z.object({ accepted: z.literal(true) }),
      headers,
      async handle({ body: { action, node } }) {
        if (action === 'reopen') {
          if (parts.kv.reopen === undefined)
            throw new OpsbroError('not_supported', 'this store cannot be opened again');
          await parts.kv.reopen();
          return new Reply({ accepted: true } as const, { status: 202 });
        }
        if (parts.kv.sync === undefined) throw sharesNone();
        parts.kv.sync(node === undefined ? undefined : [idOf(node, parts)]);
        return new Reply({ accepted: true } as const, { status: 202 });
      },
    }),
    'GET /kv-where': route({
      access: 'read',
      summary: 'Which nodes keep a key, and which version each holds; GET /kv/KEY?where is the same.',
      query: z.strictObject({ key: z.string() }),
      answer: KvWhereJson,
      headers,
      handle: ({ query: { key } }) => whereIs(key, parts),
    }),
  };
};

function statusOf({ kv, membership }: Parts) {
  const { engine, state, error, records, bytes, quarantined, ring } = kv.stats();
  return { engine, state, error, records, bytes, quarantined, ring: ring ? ringJson(ring, membership) : null };
}

function ringJson(ring: KvRing, membership: Parts['membership']) {
  const { phase, view, members, isReady, isSettled, isClockSound, unseen, owed, counts } = ring;
  return {
    ...{ phase, view, unseen },
    members: members.map((id) => memberOf(id, membership)),
    ready: isReady,
    settled: isSettled,
    clock_sound: isClockSound,
    hints: owed,
    counts: Object.fromEntries([...counts].sort()),
  };
}

function idOf(node: string, { membership: { members } }: Parts): string {
  const found = [...members.values()].find(({ id, name }) => id === node || name === node);
  if (found) return found.id;
  throw new OpsbroError('not_found', `no member is named "${node}"`);
}
