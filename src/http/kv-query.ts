import { z } from 'zod';
import type { KvCopies, KvEntry, KvReplicas } from '../model/kv.ts';
import type { Call } from './route.ts';

const Copies = z
  .string()
  .regex(/^(?:[1-9]|majority|all)$/, 'write 1, 2, 3, majority or all')
  .transform((written): KvCopies => (written === 'all' || written === 'majority' ? written : Number(written)))
  .optional();

/** How many nodes must have a write before it is acknowledged. */
export const WriteCopies = Copies.describe(
  'copies before it is acknowledged: 1, 2, 3, all; the majority when left out',
);

/** How many nodes are asked. */
export const ReadCopies = Copies.describe('nodes asked: 1, 2, 3, all; the majority when left out');

/** On what a write depends. */
export const Condition = z
  .string()
  .max(100)
  .optional()
  .describe('only if the present version is this one; 0: only if there is no such key');

/** `?cas=`, `If-Match: "<version>"` and `If-None-Match: *` say the same. */
export function conditionOf({
  query,
  headers,
}: Pick<Call<unknown, { readonly cas?: string | undefined }, unknown>, 'query' | 'headers'>): string | undefined {
  if (query.cas !== undefined) return query.cas;
  if (headers.get('if-none-match') === '*') return '0';
  return headers.get('if-match')?.replace(/^"(.*)"$/, '$1');
}

/** What the head of an answer says of who answered. */
export const replicasHeader = ({ acked, total }: KvReplicas = { acked: 1, total: 1 }): Record<string, string> => ({
  'x-opsbro-replicas': `${acked}/${total}`,
});

/** What the head of an answer says of an entry. */
export const entryHeaders = ({ version, modified, replicas }: KvEntry): Record<string, string> => ({
  etag: `"${version}"`,
  'x-opsbro-version': version,
  'last-modified': new Date(modified).toUTCString(),
  ...replicasHeader(replicas),
});

/** What the head of a page says of the next one, and of nodes that did not answer. */
export function pageHeaders(next: string | undefined, missing: readonly string[] = []): Record<string, string> {
  return {
    ...(next !== undefined && { 'x-opsbro-next': encodeURIComponent(next) }),
    ...(missing.length > 0 && { 'x-opsbro-missing': missing.join(',') }),
  };
}
