import type { AccessRules } from './access.ts';
import { createApp } from './app.ts';
import type { AuditEntry } from './audit-entry.ts';
import { graphiteAliases } from './graphite-route.ts';
import { HandlingLimit } from './handling-limit.ts';
import type { Page } from './page.ts';
import type { ApiParts } from './parts.ts';
import { Requests } from './requests.ts';
import type { ApiOf, RouteTable } from './route.ts';
import { agentRoutes, controlRoutes } from './routes/agent.ts';
import { alertRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import { resultRoutes } from './routes/check-results.ts';
import { collectorHistoryRoutes, collectorRoutes } from './routes/collectors.ts';
import { configRoutes } from './routes/config.ts';
import { dashboardRoutes } from './routes/dashboards.ts';
import { definitionRoutes } from './routes/definitions.ts';
import { detectorRoutes, groupRoutes } from './routes/detectors.ts';
import { dockerRoutes } from './routes/docker.ts';
import { evaluatorRoutes } from './routes/evaluator.ts';
import { eventRoutes } from './routes/events.ts';
import { graphiteRoutes } from './routes/graphite.ts';
import { handlerRoutes } from './routes/handlers.ts';
import { healthServiceRoutes, otherServiceRoutes, repairRoutes } from './routes/health-services.ts';
import { insideRoutes } from './routes/inside.ts';
import { kvRoutes } from './routes/kv.ts';
import { kvChangesRoutes } from './routes/kv-changes.ts';
import { kvManyRoutes } from './routes/kv-many.ts';
import { kvRingRoutes } from './routes/kv-ring.ts';
import { kvTransferRoutes } from './routes/kv-transfer.ts';
import { logRoutes } from './routes/log.ts';
import { loginRoutes } from './routes/login.ts';
import { historyRoutes, memberRoutes } from './routes/members.ts';
import { bareMobRoutes, mobRoutes, oldRepairRoute } from './routes/mob.ts';
import { muteRoutes } from './routes/mutes.ts';
import { packRoutes } from './routes/packs.ts';
import { parameterRoutes } from './routes/parameters.ts';
import { pastRoutes } from './routes/past.ts';
import { pollsterRoutes } from './routes/pollsters.ts';
import { joinRoutes, poolRoutes } from './routes/pool.ts';
import { seriesRoutes } from './routes/series.ts';
import { statsdRoutes } from './routes/statsd.ts';
import { formerRoutes, pageRoutes, servicesPageRoute, systemRoutes } from './routes/system.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { checkRoutes, monitoringRoutes } from './routes/work.ts';
import { zoneRoutes } from './routes/zones.ts';

/** Everything the agent answers over HTTP, beside the page and what it says of itself. */
export const routesOf = (parts: ApiParts) => ({
  ...agentRoutes(parts),
  ...insideRoutes(parts),
  ...logRoutes(parts),
  ...controlRoutes(parts),
  ...tokenRoutes(parts),
  ...loginRoutes(parts),
  ...auditRoutes(parts),
  ...historyRoutes(parts),
  ...pastRoutes(parts),
  ...memberRoutes(parts),
  ...joinRoutes(parts),
  ...poolRoutes(parts),
  ...eventRoutes(parts),
  ...zoneRoutes(parts),
  ...collectorRoutes(parts),
  ...collectorHistoryRoutes(parts),
  ...dashboardRoutes(parts),
  ...pollsterRoutes(parts),
  ...detectorRoutes(parts),
  ...groupRoutes(parts),
  ...monitoringRoutes(parts),
  ...alertRoutes(parts),
  ...muteRoutes(parts),
  ...handlerRoutes(parts),
  ...checkRoutes(parts),
  ...definitionRoutes(parts),
  ...resultRoutes(parts),
  ...packRoutes(parts),
  ...parameterRoutes(parts),
  ...configRoutes(parts),
  ...evaluatorRoutes(parts),
  ...kvRoutes(parts),
  ...kvRingRoutes(parts),
  ...kvManyRoutes(parts),
  ...kvChangesRoutes(parts),
  ...kvTransferRoutes(parts),
  ...seriesRoutes(parts),
  ...statsdRoutes(parts),
  ...dockerRoutes(parts),
  ...healthServiceRoutes(parts),
  ...repairRoutes(parts),
  ...mobRoutes(parts),
});

/** What each route takes and answers, by `METHOD /path`: the type the command line is written against. */
export type Api = ApiOf<ReturnType<typeof routesOf>>;

/** How the API is served. */
export interface ApiSettings {
  /** Repairs may be asked for by `GET` as well. */
  readonly takesOldRepairs?: boolean;
  readonly access: AccessRules;
  /** Bytes a body may have. */
  readonly maxBody: number;
  /** `undefined` serves no page. */
  readonly page: Page | undefined;
  /** Is told of everything unforeseen; answers the name under which the log has it. */
  report(error: unknown): string;
  /** Is told of everything that was to change something, whatever came of it. */
  audit?(entry: AuditEntry): void;
}

/** The API of an agent made of these parts. */
export function createApi(parts: ApiParts, settings: ApiSettings) {
  const requests = new Requests(parts.filtering.clock);
  const graphite = graphiteRoutes(parts);
  const table: RouteTable = {
    ...pageRoutes(settings.page),
    ...systemRoutes({ parts, page: settings.page, requests, table: () => table }),
    ...routesOf(parts),
    ...graphite,
  };
  return createApp(
    {
      ...table,
      ...graphiteAliases(graphite),
      ...oldRepairs(parts, settings),
      ...otherServiceRoutes(parts),
      ...formerRoutes(),
    },
    { ...settings, requests, limit: new HandlingLimit(parts.filtering.clock), zone: parts.zoneReads },
  );
}

/** The app of the door for clients of Mob* Monitor: what these ask, and the page of services with what it asks. */
export function createMobApi(parts: ApiParts, settings: ApiSettings) {
  const known = { ...mobRoutes(parts), ...oldRepairs(parts, settings) };
  const table: RouteTable = {
    ...pageRoutes(settings.page),
    'GET /': servicesPageRoute(settings.page),
    ...loginRoutes(parts),
    ...healthServiceRoutes(parts),
    ...repairRoutes(parts),
    ...known,
    ...bareMobRoutes(known),
  };
  return createApp(table, { ...settings, requests: new Requests(parts.filtering.clock) });
}

const oldRepairs = (parts: ApiParts, { takesOldRepairs = false }: ApiSettings): RouteTable =>
  takesOldRepairs ? oldRepairRoute(parts) : {};
