import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { checkKey, isReserved, parseTtl } from '../../kv/key-rules.ts';
import type { KvEntry } from '../../model/kv.ts';
import type { ApiParts } from '../parts.ts';
import { kvEntryJson, kvStampJson } from '../records.ts';
import { type Call, Reply, route } from '../route.ts';
import { flag, KvDeletedJson, KvEntryJson, KvStampJson, pageSize } from '../schemas.ts';

const Key = z.strictObject({ key: z.string() });
const Condition = z
  .string()
  .max(100)
  .optional()
  .describe('only if the present version is this one; 0: only if there is no such key');
const Listed = z.strictObject({
  prefix: z.string().default('').describe('only keys that begin with it'),
  recurse: flag.optional().describe('entries with values instead of names'),
  all: flag.optional().describe('reserved keys as well'),
  limit: pageSize.optional(),
  after: z.string().optional().describe('only keys behind this one'),
});

/** The key-value store. Keys are whatever follows `/kv/`, slashes and all. */
export const kvRoutes = ({ kv, membership }: ApiParts) => {
  const list = route({
    access: 'read' as const,
    summary: 'The keys that this node stores, in the order of their bytes.',
    query: Listed,
    answer: z.union([z.array(z.string()), z.array(KvEntryJson)]),
    async handle({ query: { recurse, all, ...rest } }) {
      const selection = { ...rest, include: all ? ('all' as const) : ('public' as const) };
      const page = recurse ? await kv.entries(selection) : await kv.keys(selection);
      const items = page.items.map((item) => (typeof item === 'string' ? item : kvEntryJson(item)));
      return new Reply(items as string[], { headers: { ...from(membership.self.id), ...nextPage(page.next) } });
    },
  });
  return {
    'GET /kv': list,
    'GET /kv/': list,
    'GET /kv/:key*': route({
      access: 'read',
      summary: 'A key with its value in base64; with raw, or asked by HEAD, the bytes of the value.',
      params: Key,
      query: z.strictObject({ raw: flag.optional() }),
      answer: KvEntryJson,
      async handle({ params: { key }, query, method }) {
        checkKey(key);
        const entry = await kv.get(key);
        if (!entry) throw new OpsbroError('not_found', `no key is named "${key}"`);
        const about = { ...from(membership.self.id), ...headersOf(entry) };
        if (!query.raw && method !== 'HEAD') return new Reply(kvEntryJson(entry), { headers: about });
        return new Reply(entry.value, { headers: { ...about, 'content-type': 'application/octet-stream' } });
      },
    }),
    'PUT /kv/:key*': route({
      access: 'write',
      summary: 'Stores the body, whatever it is, under a key.',
      params: Key,
      query: z.strictObject({ ttl: z.string().max(20).optional().describe('60, 90s, 15m'), cas: Condition }),
      bodyType: 'bytes',
      body: z.instanceof(Uint8Array),
      answer: KvStampJson,
      async handle(call) {
        const { key } = call.params;
        checkWritable(key);
        const ttl = call.query.ttl === undefined ? undefined : parseTtl(call.query.ttl);
        const written = await kv.put(key, call.body, { ttl, cas: conditionOf(call) });
        return new Reply(kvStampJson(written), { headers: from(membership.self.id) });
      },
    }),
    'DELETE /kv/:key*': route({
      access: 'write',
      summary: 'Deletes a key; that there is none is no error.',
      params: Key,
      query: z.strictObject({ cas: Condition }),
      answer: KvDeletedJson,
      async handle(call) {
        checkWritable(call.params.key);
        const deleted = await kv.delete(call.params.key, { cas: conditionOf(call) });
        return new Reply({ ...deleted }, { headers: from(membership.self.id) });
      },
    }),
  };
};

const from = (node: string) => ({ 'x-opsbro-node': node });

const nextPage = (next: string | undefined) =>
  next === undefined ? {} : { 'x-opsbro-next': encodeURIComponent(next) };

const headersOf = ({ version, modified }: KvEntry) => ({
  etag: `"${version}"`,
  'x-opsbro-version': version,
  'last-modified': new Date(modified).toUTCString(),
});

function checkWritable(key: string): void {
  checkKey(key);
  if (isReserved(key)) throw new OpsbroError('reserved_key', `"${key}": keys that begin with __ are the agent's own`);
}

/** `?cas=`, `If-Match: "<version>"` and `If-None-Match: *` say the same. */
function conditionOf({
  query,
  headers,
}: Call<unknown, { readonly cas?: string | undefined }, unknown>): string | undefined {
  if (query.cas !== undefined) return query.cas;
  if (headers.get('if-none-match') === '*') return '0';
  return headers.get('if-match')?.replace(/^"(.*)"$/, '$1');
}
