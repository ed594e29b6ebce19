import { z } from 'zod';
import { BLOCKING } from '../blocking.ts';
import type { ApiParts } from '../parts.ts';
import { eventJson } from '../pool-records.ts';
import { EventJson } from '../pool-schemas.ts';
import { route } from '../route.ts';

const Type = z.string().min(1).max(512).describe('what kind of event it is, in one word');

/** What people and programs tell the whole pool. */
export const eventRoutes = ({ pool, reads }: ApiParts) => ({
  'GET /agent/events': route({
    access: 'read',
    summary: 'The events of the last 300 seconds, oldest first.',
    query: z.strictObject(BLOCKING),
    answer: z.array(EventJson),
    handle: ({ query, signal }) => reads.read('events', { query, signal }, () => pool.events().map(eventJson)),
  }),
  'GET /agent/event/:type': route({
    access: 'read',
    summary: 'The last event of that type in the last 300 seconds, or null.',
    params: z.strictObject({ type: Type }),
    query: z.strictObject(BLOCKING),
    answer: EventJson.nullable(),
    handle: ({ params, query, signal }) =>
      reads.read('events', { query, signal }, () => {
        const last = pool.events().findLast(({ name }) => name === params.type);
        return last === undefined ? null : eventJson(last);
      }),
  }),
  'POST /agent/event': route({
    access: 'write',
    summary: 'Tells the whole pool of something.',
    body: z.strictObject({ type: Type, payload: z.string().max(16_384).optional() }),
    answer: EventJson,
    handle({ body: { type, payload } }) {
      return eventJson(pool.addEvent(type, payload === undefined ? undefined : Buffer.from(payload)));
    },
  }),
});
