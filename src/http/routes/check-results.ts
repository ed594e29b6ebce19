import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import type { CheckResult, Reporting } from '../../model/check.ts';
import { stateId } from '../../model/check.ts';
import type { CheckChange } from '../../model/history.ts';
import { parsePerfdata } from '../../model/perfdata.ts';
import { parsePluginOutput, withoutControls } from '../../model/plugin-output.ts';
import { FILTER } from '../filter.ts';
import { pageOfHistory } from '../history-page.ts';
import { nextPage, PAGING } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { checkJson } from '../records.ts';
import { Reply, route } from '../route.ts';
import { CHECK_CHANGE_FIELDS, type CheckChangeJson, CheckHistoryJson, ResultJson } from '../schemas/monitoring.ts';
import { CheckJson, Identified } from '../schemas.ts';

const Past = z.strictObject({
  ...PAGING,
  since: z.coerce.number().min(0).optional().describe('epoch seconds'),
  until: z.coerce.number().min(0).optional().describe('epoch seconds'),
  filter: FILTER.filter,
});

/** Results that others come to, and how the checks were. The second address of the past is OpsBro's. */
export const resultRoutes = (parts: ApiParts) => ({
  'POST /monitoring/checks/:id*/result': route({
    access: 'write',
    summary: 'Takes a result of a check that somebody else came to; it counts like a run.',
    params: Identified,
    body: ResultJson,
    answer: CheckJson,
    handle: ({ params, body }) => checkJson(parts.runtime.reportCheck(params.id, resultOf(body), reportingOf(body))),
  }),
  'GET /history/monitoring': pastRoute(parts),
  'GET /monitoring/history/checks': pastRoute(parts),
});

const pastRoute = ({ checkHistory, filtering }: ApiParts) =>
  route({
    access: 'read',
    summary: 'How checks and services changed: the newest changes, or from since or after on.',
    query: Past,
    answer: CheckHistoryJson,
    async handle({ query }) {
      const form = { ...filtering, fields: CHECK_CHANGE_FIELDS, json: changeJson };
      const { items, next } = pageOfHistory(await checkHistory.changes(), query, form);
      const { limit, since, until, filter } = query;
      const parameters = { limit: limit?.toString(), since: since?.toString(), until: until?.toString(), filter };
      return new Reply(items, { headers: next === undefined ? {} : nextPage(next, parameters) });
    },
  });

function resultOf({ state, output, perfdata }: ResultJson): CheckResult {
  const read = parsePluginOutput(withoutControls(output));
  const more = perfdata === undefined ? [] : parsePerfdata([perfdata].flat().join(' ')).items.map(({ text }) => text);
  return { state, ...read, perfdata: [...read.perfdata, ...more] };
}

const reportingOf = ({ ttl, time }: ResultJson): Reporting => ({
  ...(ttl !== undefined && { ttlMs: parseDuration(ttl) }),
  ...(time !== undefined && { at: Math.round(time * 1_000) }),
});

const changeJson = (change: CheckChange): CheckChangeJson => ({
  name: change.name,
  display_name: change.displayName,
  pack_name: change.packName,
  pack_level: change.packLevel,
  state: change.state,
  state_id: stateId(change.state),
  old_state: change.oldState,
  old_state_id: stateId(change.oldState),
  hard: change.hard,
  attempt: change.attempt,
  output: change.output,
  last_check: change.lastCheck,
});
