import { z } from 'zod';
import type { KvCopies, KvEntry, KvReplicas } from '../model/kv.ts';
import type { Call } from './route.ts';
import { httpDate } from './times.ts';

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
  head,
}: Pick<Call<unknown, { readonly cas?: string | undefined }, unknown>, 'query' | 'head'>): string | undefined {
  if (query.cas !== undefined) return query.cas;
  if (head('if-none-match') === '*') return '0';
  return head('if-match')?.replace(/^"(.*)"$/, '$1');
}

/** What the head of an answer says of who answered. */
export const replicasHeader = (replicas?: KvReplicas): Record<string, string> => ({
  'x-opsbro-replicas': replicasText(replicas),
});

const replicasText = ({ acked, total }: KvReplicas = { acked: 1, total: 1 }): string => `${acked}/${total}`;

/** What the head of an answer says of an entry. */
export const entryHeaders = ({ version, modified, replicas }: KvEntry): Record<string, string> => ({
  etag: `"${version}"`,
  'x-opsbro-version': version,
  'last-modified': httpDate(modified),
  'x-opsbro-replicas': replicasText(replicas),
});

/** What the head of a page says of the next one, and of nodes that did not answer. */
export function pageHeaders(next: string | undefined, missing: readonly string[] = []): Record<string, string> {
  return {
    ...(next !== undefined && { 'x-opsbro-next': encodeURIComponent(next) }),
    ...(missing.length > 0 && { 'x-opsbro-missing': missing.join(',') }),
  };
}
