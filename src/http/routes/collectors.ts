import { z } from 'zod';
import type { CollectorChange } from '../../model/history.ts';
import { BLOCKING } from '../blocking.ts';
import { FILTER } from '../filter.ts';
import { pageOfHistory } from '../history-page.ts';
import { nextPage, PAGING } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { collectorJson } from '../records.ts';
import { Reply, route } from '../route.ts';
import { COLLECTOR_CHANGE_FIELDS, type CollectorChangeJson, CollectorHistoryJson } from '../schemas/collectors.ts';
import { CollectorJson, Named } from '../schemas.ts';

const Waiting = z.strictObject(BLOCKING);

const Past = z.strictObject({
  ...PAGING,
  since: z.coerce.number().min(0).optional().describe('epoch seconds'),
  until: z.coerce.number().min(0).optional().describe('epoch seconds'),
  filter: FILTER.filter,
});

interface Read {
  readonly query: z.output<typeof Waiting>;
  readonly signal: AbortSignal;
}

/** What the node sees of itself. Without `reads` nobody can wait for news. */
export const collectorRoutes = ({ runtime, reads }: Pick<ApiParts, 'runtime'> & Partial<Pick<ApiParts, 'reads'>>) => {
  const read = <Body>({ query, signal }: Read, answer: () => Body) =>
    reads ? reads.read('collectors', { query, signal }, answer) : answer();
  return {
    'GET /collectors': route({
      access: 'read',
      isZoneWide: true,
      summary: 'Every collector with its last results.',
      query: Waiting,
      answer: z.array(CollectorJson),
      handle: (asked) => read(asked, () => runtime.collectors().map(collectorJson)),
    }),
    'GET /collectors/:name': route({
      access: 'read',
      isZoneWide: true,
      summary: 'One collector with its last results.',
      params: Named,
      query: Waiting,
      answer: CollectorJson,
      handle: (asked) => read(asked, () => collectorJson(runtime.collector(asked.params.name))),
    }),
    'POST /collectors/:name/run': route({
      access: 'write',
      summary: 'Runs a collector now and answers with its fresh results.',
      params: Named,
      answer: CollectorJson,
      handle: async ({ params }) => collectorJson(await runtime.runCollector(params.name)),
    }),
  };
};

/** How the collectors were. The second address of it is OpsBro's. */
export const collectorHistoryRoutes = (parts: ApiParts) => ({
  'GET /history/collectors': pastRoute(parts),
  'GET /agent/collectors/history': pastRoute(parts),
});

const pastRoute = ({ collectorHistory, filtering }: ApiParts) =>
  route({
    access: 'read',
    summary: 'How the states of the collectors changed: the newest changes, or from since or after on.',
    query: Past,
    answer: CollectorHistoryJson,
    async handle({ query }) {
      const form = { ...filtering, fields: COLLECTOR_CHANGE_FIELDS, json: changeJson };
      const { items, next } = pageOfHistory(await collectorHistory.changes(), query, form);
      const { limit, since, until, filter } = query;
      const parameters = { limit: limit?.toString(), since: since?.toString(), until: until?.toString(), filter };
      return new Reply(items, { headers: next === undefined ? {} : nextPage(next, parameters) });
    },
  });

const changeJson = ({ name, oldState, state, log }: CollectorChange): CollectorChangeJson => ({
  name,
  old_state: oldState,
  state,
  log,
});
