import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { failedWith } from '../../base/errors.ts';
import type { Member } from '../../model/member.ts';
import { BLOCKING } from '../blocking.ts';
import { FILTER } from '../filter.ts';
import { NARROWING, narrowingOf } from '../narrowing.ts';
import { historyPage } from '../node-history.ts';
import { nextPage, PAGING, pageOf } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { explanationJson, inquiryJson } from '../pool-records.ts';
import { ExplanationJson, NodeHistoryJson } from '../pool-schemas.ts';
import { jsonObject, memberJson } from '../records.ts';
import { findMember } from '../references.ts';
import { Reply, route } from '../route.ts';
import { flag, MemberJson, Referred } from '../schemas.ts';

const FIELDS = Object.keys(MemberJson.shape);

const Listed = z.strictObject({
  ...BLOCKING,
  ...PAGING,
  ...NARROWING,
});

const Past = z.strictObject({
  ...PAGING,
  since: z.coerce.number().min(0).optional().describe('epoch seconds'),
  until: z.coerce.number().min(0).optional().describe('epoch seconds'),
  filter: FILTER.filter,
});

/** What became of the nodes of the pool; the second address is OpsBro's. */
export const historyRoutes = (parts: ApiParts) => ({
  'GET /history/nodes': pastRoute(parts),
  'GET /agent/members/history': pastRoute(parts),
});

const pastRoute = ({ history, filtering }: ApiParts) =>
  route({
    access: 'read',
    summary: 'What happened to the nodes of the pool: the newest changes, or from since or after on.',
    query: Past,
    answer: NodeHistoryJson,
    async handle({ query }) {
      const { items, next } = historyPage(await history.changes(), query, filtering);
      return new Reply(items, { headers: next === undefined ? {} : nextPage(next, parametersOf(query)) });
    },
  });

/** Who is in the pool, and why each is as it is. */
export const memberRoutes = ({ membership, pool, inquire, reads, filtering }: ApiParts) => ({
  'GET /agent/members': route({
    access: 'read',
    summary: 'Every node that is known, by id.',
    query: Listed,
    answer: z.record(z.string(), MemberJson),
    handle({ query, signal }) {
      const { fits, pick } = narrowingOf(query, FIELDS, filtering);
      return reads.read('members', { query, signal }, () => {
        const fitting = [...membership.members].filter(([, member]) => fits(memberJson(member)));
        const keep = { filter: query.filter, fields: query.fields };
        const { items, headers } = pageOf<readonly [string, Member]>(fitting, ([id]) => id, query, keep);
        return new Reply(
          jsonObject(items, (member) => pick(memberJson(member))),
          { headers },
        );
      });
    },
  }),
  'GET /agent/members/:ref': route({
    access: 'read',
    summary: 'One node by id, name, display name or self.',
    params: Referred,
    query: z.strictObject(BLOCKING),
    answer: MemberJson,
    handle: ({ params, query, signal }) =>
      reads.read('members', { query, signal }, () => memberJson(findMember(params.ref, membership))),
  }),
  'GET /agent/members/:ref/why': route({
    access: 'read',
    summary: 'Why a node is as it is: who saw or said what, and one sentence.',
    params: Referred,
    query: z.strictObject({
      since: z.string().max(20).optional().describe('only what is not older: 10m'),
      all: flag.optional().describe('ask every living node, and rank who accused others'),
    }),
    answer: ExplanationJson,
    async handle({ params, query: { since, all } }) {
      const oldest = filtering.clock.wall() - (since === undefined ? Infinity : parseDuration(since));
      const member = findMember(params.ref, membership);
      if (all) return inquiryJson(member, await inquire(member.name), oldest);
      return explanationJson(member, pool.why(member.name), oldest);
    },
  }),
  'GET /agent/query/guess/:ref': route({
    access: 'read',
    summary: 'One node by id, name, display name or self; null when there is none.',
    params: Referred,
    answer: MemberJson.nullable(),
    handle({ params }) {
      try {
        return memberJson(findMember(params.ref, membership));
      } catch (error) {
        if (failedWith(error, 'not_found')) return null;
        throw error;
      }
    },
  }),
});

const parametersOf = ({ limit, since, until, filter }: z.output<typeof Past>) => ({
  limit: limit?.toString(),
  since: since?.toString(),
  until: until?.toString(),
  filter,
});
