import { z } from 'zod';
import type { Alert } from '../../model/alert.ts';
import { ALERT_FIELDS, alertRecord } from '../../model/alert-record.ts';
import { CHECK_STATES } from '../../model/check.ts';
import { routeJson } from '../alert-json.ts';
import { BLOCKING } from '../blocking.ts';
import { NARROWING, narrowingOf } from '../narrowing.ts';
import { PAGING, pageOf } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, route } from '../route.ts';
import { AlertJson, RouteJson } from '../schemas/alerts.ts';
import { flag, Identified } from '../schemas.ts';

const Listed = z.strictObject({
  ...BLOCKING,
  ...PAGING,
  ...NARROWING,
  all: flag.optional().describe('those that ended as well'),
});

const Acknowledged = z.strictObject({
  comment: z.string().max(1_024).default(''),
  by: z.string().max(1_024).default('').describe('who acknowledges it'),
  until: z.number().min(0).optional().describe('epoch seconds when it ends by itself; with the alert when left out'),
  sticky: z.boolean().default(false).describe('it lasts although the problem gets worse'),
  node: z.string().min(1).max(256).optional().describe('id or name of the node that has the problem'),
});

const Unacknowledged = z.strictObject({ node: Acknowledged.shape.node });

/** The alerts of this node, and who knows of them. */
export const alertRoutes = (parts: Pick<ApiParts, 'alerting' | 'reads' | 'filtering'>) => ({
  'GET /monitoring/alerts': route({
    access: 'read',
    isZoneWide: true,
    summary: 'The open alerts of this node.',
    query: Listed,
    answer: z.array(AlertJson),
    handle({ query, signal }) {
      const { filter, fields, all = false } = query;
      const { fits, pick } = narrowingOf(query, ALERT_FIELDS, parts.filtering);
      return parts.reads.read('alerts', { query, signal }, () => {
        const found = parts.alerting.alerts(all ? 'all' : 'open').filter((alert) => fits(alertRecord(alert)));
        const keep = { filter, fields, ...(all && { all: 'true' }) };
        const { items, headers } = pageOf<Alert>(found, ({ id }) => id, query, keep);
        return new Reply(
          items.map((alert) => pick(alertRecord(alert))),
          { headers },
        );
      });
    },
  }),
  ...acknowledgeRoutes('alerts', parts),
  ...acknowledgeRoutes('checks', parts),
  'GET /monitoring/alerts/:id*': route({
    access: 'read',
    summary: 'One alert by its id, or the one of a check of this node.',
    params: Identified,
    answer: AlertJson,
    handle: ({ params }) => alertRecord(parts.alerting.alert(params.id)),
  }),
  'GET /monitoring/route': route({
    access: 'read',
    summary: 'Who would be told of an alert, when, and why others would not.',
    query: z.strictObject({
      check: z.string().min(1).max(1_024).describe('id of a check of this node, or of an alert'),
      severity: z.enum(CHECK_STATES).optional().describe('how grave it would be; as it is now when left out'),
    }),
    answer: RouteJson,
    handle({ query: { check, severity } }) {
      const question = { ref: check, ...(severity !== undefined && { severity }) };
      return routeJson(parts.alerting.explainRoute(question));
    },
  }),
});

/** Of a check means: of the firing alert of that check. */
function acknowledgeRoutes<Of extends 'alerts' | 'checks'>(
  of: Of,
  { alerting, filtering }: Pick<ApiParts, 'alerting' | 'filtering'>,
) {
  const what = of === 'alerts' ? 'an alert' : 'the alert of a check';
  const post = route({
    access: 'write',
    summary: `Says that somebody knows of ${what}, so that it is not repeated.`,
    params: Identified,
    body: Acknowledged,
    answer: AlertJson,
    handle({ params, body: { node, until, ...said } }) {
      const untilMs = until === undefined ? null : until * 1_000;
      const acknowledgement = { ...said, at: filtering.clock.wall(), until: untilMs };
      return alerting.acknowledge(params.id, acknowledgement, node);
    },
  });
  const remove = route({
    access: 'write',
    summary: `Takes back that somebody knows of ${what}.`,
    params: Identified,
    body: Unacknowledged,
    answer: AlertJson,
    handle: ({ params, body }) => alerting.acknowledge(params.id, null, body.node),
  });
  return { [`POST /monitoring/${of}/:id*/ack`]: post, [`DELETE /monitoring/${of}/:id*/ack`]: remove } as {
    readonly [Key in `POST /monitoring/${Of}/:id*/ack`]: typeof post;
  } & { readonly [Key in `DELETE /monitoring/${Of}/:id*/ack`]: typeof remove };
}
