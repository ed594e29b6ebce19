import { z } from 'zod';
import { handlerJson, queuedJson, testedJson } from '../alert-json.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { HandlerJson, QueuedMessageJson, TestedHandlerJson } from '../schemas/alerts.ts';

const Named = z.strictObject({ name: z.string().min(1).max(256) });

/** Who tells people of alerts. */
export const handlerRoutes = ({ alerting }: Pick<ApiParts, 'alerting'>) => ({
  'GET /agent/handlers': route({
    access: 'read',
    summary: 'The handlers of this node, and how they fare.',
    answer: z.array(HandlerJson),
    handle: () => alerting.handlers().map(handlerJson),
  }),
  'GET /agent/handlers/queue': route({
    access: 'read',
    summary: 'Messages that wait for their handler, given up ones included.',
    answer: z.array(QueuedMessageJson),
    handle: () => alerting.queue().map(queuedJson),
  }),
  'POST /agent/handlers/queue/retry': route({
    access: 'write',
    summary: 'Tries everything that waits at once, also what was given up.',
    answer: z.object({ messages: z.int() }),
    handle: () => ({ messages: alerting.retryHandlers() }),
  }),
  'POST /agent/handlers/:name/test': route({
    access: 'write',
    summary: 'Sends a message that is marked as a test, and tells what came of it.',
    params: Named,
    answer: TestedHandlerJson,
    handle: async ({ params }) => testedJson(await alerting.testHandler(params.name)),
  }),
});
