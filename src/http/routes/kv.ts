import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { checkKey, isReserved, parseTtl } from '../../kv/key-rules.ts';
import type { KvEntry, KvPage, KvSelection } from '../../model/kv.ts';
import { foldersOf } from '../kv-pages.ts';
import {
  Condition,
  conditionOf,
  entryHeaders,
  pageHeaders,
  ReadCopies,
  replicasHeader,
  WriteCopies,
} from '../kv-query.ts';
import { whereIs } from '../kv-where.ts';
import type { ApiParts } from '../parts.ts';
import { kvEntryJson, kvStampJson } from '../records.ts';
import { Reply, route } from '../route.ts';
import { flag, KvDeletedJson, KvEntryJson, KvStampJson, pageSize } from '../schemas.ts';

const Key = z.strictObject({ key: z.string() });
const Listed = z.strictObject({
  prefix: z.string().default('').describe('only keys that begin with it'),
  cluster: flag.optional().describe('keys of all nodes, not only of this one'),
  separator: z.string().min(1).max(100).optional().describe('keys cut behind the first of it after the prefix'),
  recurse: flag.optional().describe('entries with values instead of names'),
  all: flag.optional().describe('reserved keys as well'),
  limit: pageSize.optional(),
  after: z.string().optional().describe('only keys behind this one'),
});

const Read = z.strictObject({ raw: flag.optional(), where: flag.optional(), r: ReadCopies });

/** What the head of every answer about keys says. */
export const nodeHeader =
  ({ membership }: Pick<ApiParts, 'membership'>) =>
  () => ({ 'x-opsbro-node': membership.self.id });

/** The key-value store. Keys are whatever follows `/kv/`, slashes and all. */
export const kvRoutes = (parts: ApiParts) => {
  const { kv } = parts;
  const headers = nodeHeader(parts);
  const list = listRoute(parts);
  return {
    'GET /kv': list,
    'GET /kv/': list,
    'GET /kv/:key*': route({
      access: 'read',
      isHot: true,
      summary: 'A key with its value in base64; with raw, or asked by HEAD, the bytes of the value.',
      params: Key,
      query: Read,
      answer: KvEntryJson,
      headers,
      async handle({ params: { key }, query: { raw, where, r }, method }) {
        checkKey(key);
        // Another answer than the type says; who is typed asks GET /kv-where.
        if (where) return new Reply((await whereIs(key, parts)) as never);
        const entry = await kv.get(key, { copies: r });
        if (!entry) throw new OpsbroError('not_found', `no key is named "${key}"`);
        if (raw || method === 'HEAD') return bytesOf(entry, method);
        return new Reply(kvEntryJson(entry), { headers: entryHeaders(entry) });
      },
    }),
    'PUT /kv/:key*': route({
      access: 'write',
      isHot: true,
      summary: 'Stores the body, whatever it is, under a key.',
      params: Key,
      query: z.strictObject({
        ttl: z.string().max(20).optional().describe('60, 90s, 15m'),
        cas: Condition,
        w: WriteCopies,
      }),
      bodyType: 'bytes',
      body: z.instanceof(Uint8Array),
      answer: KvStampJson,
      headers,
      async handle(call) {
        const { key } = call.params;
        const { ttl: written, w } = call.query;
        checkWritable(key);
        const ttl = written === undefined ? undefined : parseTtl(written);
        const stored = await kv.put(key, call.body, { ttl, cas: conditionOf(call), copies: w });
        return new Reply(kvStampJson(stored), { headers: replicasHeader(stored.replicas) });
      },
    }),
    'DELETE /kv/:key*': route({
      access: 'write',
      isHot: true,
      summary: 'Deletes a key; that there is none is no error.',
      params: Key,
      query: z.strictObject({ cas: Condition, w: WriteCopies }),
      answer: KvDeletedJson,
      headers,
      async handle(call) {
        checkWritable(call.params.key);
        return { ...(await kv.delete(call.params.key, { cas: conditionOf(call), copies: call.query.w })) };
      },
    }),
  };
};

const listRoute = (parts: ApiParts) =>
  route({
    access: 'read',
    summary: 'The keys that this node stores, in the order of their bytes; with cluster those of all nodes.',
    query: Listed,
    answer: z.union([z.array(z.string()), z.array(KvEntryJson)]),
    headers: nodeHeader(parts),
    async handle({ query }) {
      const { items, next, missing = [] } = await pageOf(parts, query);
      const json = items.map((item) => (typeof item === 'string' ? item : kvEntryJson(item)));
      return new Reply(json as string[], {
        status: missing.length === 0 ? 200 : 206,
        headers: pageHeaders(next, missing),
      });
    },
  });

async function pageOf({ kv }: ApiParts, query: z.output<typeof Listed>) {
  const { separator, recurse, cluster, all, ...rest } = query;
  const selection: KvSelection = {
    ...rest,
    include: all ? 'all' : 'public',
    scope: cluster ? 'ring' : 'node',
  };
  if (separator === undefined) return recurse ? await kv.entries(selection) : await kv.keys(selection);
  if (recurse) throw new OpsbroError('bad_request', 'folders have no values; ask with separator or with recurse');
  return (await foldersOf(kv, separator, selection)) as KvPage<string>;
}

function bytesOf(entry: KvEntry, method: string): Reply<Uint8Array> {
  const headers = entryHeaders(entry);
  headers['content-type'] = 'application/octet-stream';
  // Where the bytes are sent, their length is known by them.
  if (method === 'HEAD') headers['content-length'] = String(entry.value.length);
  return new Reply(entry.value, { headers });
}

function checkWritable(key: string): void {
  checkKey(key);
  if (isReserved(key)) throw new OpsbroError('reserved_key', `"${key}": keys that begin with __ are the agent's own`);
}
