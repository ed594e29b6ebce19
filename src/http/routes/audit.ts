import { z } from 'zod';
import type { AuditRecord } from '../../model/audit.ts';
import { FILTER } from '../filter.ts';
import { pageOfHistory } from '../history-page.ts';
import { nextPage, PAGING } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, route } from '../route.ts';

const RecordJson = z.object({
  who: z.string().describe('socket (uid unknown), token NAME, or the address of who proved nothing'),
  from: z.string().describe('empty for the unix socket'),
  method: z.string(),
  target: z.string(),
  status: z.number(),
  repeated: z.number().describe('so many more like it within a minute; 0 for a request of its own'),
});

const Past = z.strictObject({
  ...PAGING,
  since: z.coerce.number().min(0).optional().describe('epoch seconds'),
  until: z.coerce.number().min(0).optional().describe('epoch seconds'),
  filter: FILTER.filter,
});

/** Who changed what by the API. Keys and results of checks have histories of their own. */
export const auditRoutes = ({ access, filtering }: ApiParts) => ({
  'GET /history/audit': route({
    access: 'read',
    summary: 'What was asked to be changed, by whom and with what outcome: the newest, or from since or after on.',
    query: Past,
    answer: z.array(z.object({ date: z.number(), entries: z.array(RecordJson) })),
    async handle({ query }) {
      const form = { ...filtering, fields: Object.keys(RecordJson.shape), json: recordJson };
      const { items, next } = pageOfHistory(await access.history.changes(), query, form);
      const { limit, since, until, filter } = query;
      const parameters = { limit: limit?.toString(), since: since?.toString(), until: until?.toString(), filter };
      return new Reply(items, { headers: next === undefined ? {} : nextPage(next, parameters) });
    },
  }),
});

const recordJson = ({ who, address, method, target, status, repeated }: AuditRecord) => ({
  ...{ who, from: address, method, target, status, repeated },
});
