import { z } from 'zod';
import type { ConfigChange, HandlerChange } from '../../model/history.ts';
import { FILTER } from '../filter.ts';
import { type HistoryPage, pageOfHistory } from '../history-page.ts';
import { nextPage, PAGING } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, route } from '../route.ts';
import {
  CONFIG_CHANGE_FIELDS,
  type ConfigChangeJson,
  ConfigHistoryJson,
  HANDLER_CHANGE_FIELDS,
  type HandlerChangeJson,
  HandlerHistoryJson,
} from '../schemas/history.ts';

const Past = z.strictObject({
  ...PAGING,
  since: z.coerce.number().min(0).optional().describe('epoch seconds'),
  until: z.coerce.number().min(0).optional().describe('epoch seconds'),
  filter: FILTER.filter,
});

/** What was told to people, and how the configuration changed. */
export const pastRoutes = ({
  handlerHistory,
  configHistory,
  filtering,
}: Pick<ApiParts, 'handlerHistory' | 'configHistory' | 'filtering'>) => ({
  'GET /history/handlers': route({
    access: 'read',
    summary: 'Which handler told people of which alert, and what it gave up: the newest, or from since or after on.',
    query: Past,
    answer: HandlerHistoryJson,
    async handle({ query }) {
      const form = { ...filtering, fields: HANDLER_CHANGE_FIELDS, json: handlerJson };
      return replyOf(pageOfHistory(await handlerHistory.changes(), query, form), query);
    },
  }),
  'GET /history/config': route({
    access: 'read',
    summary:
      'When what people wrote took effect, and what was changed through the API: the newest, or from since or after on.',
    query: Past,
    answer: ConfigHistoryJson,
    async handle({ query }) {
      const form = { ...filtering, fields: CONFIG_CHANGE_FIELDS, json: configJson };
      return replyOf(pageOfHistory(await configHistory.changes(), query, form), query);
    },
  }),
});

function replyOf<Json>(
  { items, next }: HistoryPage<Json>,
  query: z.output<typeof Past>,
): Reply<HistoryPage<Json>['items']> {
  const { limit, since, until, filter } = query;
  const parameters = { limit: limit?.toString(), since: since?.toString(), until: until?.toString(), filter };
  return new Reply(items, { headers: next === undefined ? {} : nextPage(next, parameters) });
}

const handlerJson = ({ number: _, at: __, ...change }: HandlerChange): HandlerChangeJson => change;
const configJson = ({ number: _, at: __, ...change }: ConfigChange): ConfigChangeJson => change;
