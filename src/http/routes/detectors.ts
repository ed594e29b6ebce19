import { z } from 'zod';
import type { DetectorTrial } from '../../model/detector.ts';
import type { GroupChange } from '../../model/history.ts';
import { FILTER } from '../filter.ts';
import { pageOfHistory } from '../history-page.ts';
import { nextPage, PAGING } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { detectorJson, jsonObject } from '../records.ts';
import { Reply, route } from '../route.ts';
import {
  DetectorTrialJson,
  GROUP_CHANGE_FIELDS,
  type GroupChangeJson,
  GroupHistoryJson,
} from '../schemas/detectors.ts';
import { DetectedJson, DetectorJson, flag, Identified } from '../schemas.ts';

const Past = z.strictObject({
  ...PAGING,
  since: z.coerce.number().min(0).optional().describe('epoch seconds'),
  until: z.coerce.number().min(0).optional().describe('epoch seconds'),
  filter: FILTER.filter,
});

const Run = z.strictObject({ dry: flag.optional().describe('only tell what would come of it') });

/** The rules that give groups, and trying them. */
export const detectorRoutes = ({ runtime }: Pick<ApiParts, 'runtime'>) => ({
  'GET /agent/detectors': route({
    access: 'read',
    summary: 'Every detector: its rule, the groups it may give, and what it gave.',
    answer: z.array(DetectorJson),
    handle: () => runtime.detectors().map(detectorJson),
  }),
  'POST /agent/detectors/run': route({
    access: 'write',
    summary: 'Runs every detector now and answers with the groups of the node.',
    query: Run,
    answer: DetectorTrialJson,
    handle: async ({ query }) => trialJson(await runtime.runDetectors(undefined, { isDry: query.dry ?? false })),
  }),
  'POST /agent/detectors/run/:id*': route({
    access: 'write',
    summary: 'Runs a detector now and answers with the groups of the node.',
    params: Identified,
    query: Run,
    answer: DetectorTrialJson,
    handle: async ({ params, query }) =>
      trialJson(await runtime.runDetectors(params.id, { isDry: query.dry ?? false })),
  }),
});

/** Which groups the node is in, why, and since when. */
export const groupRoutes = (parts: ApiParts) => ({
  'GET /agent/detectors/state': route({
    access: 'read',
    summary: 'The groups of this node, with the detectors that gave them.',
    answer: DetectedJson,
    handle: () => detected(parts),
  }),
  'GET /history/groups': pastRoute(parts),
  'GET /agent/detectors/history': pastRoute(parts),
});

/** The second address of it is OpsBro's. */
const pastRoute = ({ groupHistory, filtering }: ApiParts) =>
  route({
    access: 'read',
    summary: 'Into which groups this node came and which it left: the newest changes, or from since or after on.',
    query: Past,
    answer: GroupHistoryJson,
    async handle({ query }) {
      const form = { ...filtering, fields: GROUP_CHANGE_FIELDS, json: changeJson };
      const { items, next } = pageOfHistory(await groupHistory.changes(), query, form);
      const { limit, since, until, filter } = query;
      const parameters = { limit: limit?.toString(), since: since?.toString(), until: until?.toString(), filter };
      return new Reply(items, { headers: next === undefined ? {} : nextPage(next, parameters) });
    },
  });

function detected({ agent, membership, runtime }: ApiParts): z.output<typeof DetectedJson> {
  const fixed = new Set(agent.facts().static_groups);
  const detectors = runtime.detectors();
  const groups = membership.self.groups.map((group) => {
    const givers = detectors.filter((detector) => detector.groups.includes(group)).map(({ id }) => id);
    return [group, { static: fixed.has(group), detectors: givers }] as const;
  });
  const logs = detectors.filter(({ log }) => log !== '').map(({ id, log }) => [id, log] as const);
  return { groups: jsonObject(groups, (given) => given), logs: jsonObject(logs, (log) => log) };
}

const trialJson = ({ groups, added, removed, logs }: DetectorTrial): z.output<typeof DetectorTrialJson> => ({
  groups: [...groups],
  new_groups: [...added],
  lost_groups: [...removed],
  logs: jsonObject([...logs], (log) => log),
});

const changeJson = ({ type, group, from }: GroupChange): GroupChangeJson => ({ type, group, from: [...from] });
