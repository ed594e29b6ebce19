import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { DOCS_STYLE, docsPage, PAGE_POLICY } from '../docs-page.ts';
import { exposition } from '../exposition.ts';
import { ownFamilies } from '../metrics.ts';
import { describe, type OpenApi } from '../openapi.ts';
import type { Page } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import type { Requests } from '../requests.ts';
import { Reply, type Route, type RouteTable, route } from '../route.ts';

interface SystemParts {
  readonly parts: ApiParts;
  readonly page: Page | undefined;
  readonly requests: Requests;
  /** All routes, these included. */
  table(): RouteTable;
}

const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const OPENMETRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

/** What the API says of itself, and the numbers for Prometheus. */
export function systemRoutes({ parts, requests, table }: SystemParts) {
  let description: OpenApi | undefined;
  const openApi = () => {
    description ??= describe(table(), parts.agent.facts().version);
    return description;
  };
  return {
    'GET /metrics': route({
      access: 'read',
      summary: 'Everything that can be counted and measured, for Prometheus.',
      answer: z.string(),
      produces: PROMETHEUS_TYPE,
      handle({ head }) {
        const families = [...ownFamilies(parts), ...requests.families(), ...parts.metrics()];
        if (!head('accept')?.includes('application/openmetrics-text')) return exposition(families);
        return new Reply(exposition(families, 'openmetrics'), { headers: { 'content-type': OPENMETRICS_TYPE } });
      },
    }),
    'GET /api': route({
      access: 'read',
      summary: 'Every route with its method.',
      answer: z.array(z.object({ routes: z.string(), method: z.string() })),
      handle: () =>
        Object.keys(table()).map((key) => {
          const [method = '', path = ''] = key.split(' ');
          return { routes: path.replace(/\*/g, ''), method };
        }),
    }),
    'GET /openapi.json': route({
      access: 'read',
      summary: 'This API in OpenAPI 3.1.',
      answer: z.record(z.string(), z.unknown()),
      handle: () => ({ ...openApi() }),
    }),
    'GET /docs': route({
      access: 'read',
      summary: 'This API for people.',
      answer: z.string(),
      produces: HTML,
      handle: () => new Reply(docsPage(openApi()), { headers: { 'content-security-policy': PAGE_POLICY } }),
    }),
    'GET /docs.css': route({
      access: 'read',
      summary: 'The looks of the page before.',
      answer: z.string(),
      produces: 'text/css; charset=utf-8',
      handle: () => DOCS_STYLE,
    }),
  };
}

/** The web page; without it the agent only says that it is there. */
export function pageRoutes(page: Page | undefined) {
  const shell = async (accept: string): Promise<string | Reply<string | Uint8Array>> => {
    const html = accept.includes('text/html') ? await page?.shell() : undefined;
    if (!html) return 'OK';
    return new Reply(html, { headers: { 'content-type': HTML, 'content-security-policy': PAGE_POLICY } });
  };
  const pageAt = <Params extends z.ZodType>(summary: string, params: Params) =>
    route({
      access: 'open',
      summary,
      params,
      answer: z.string(),
      produces: 'text/plain; charset=utf-8',
      handle: ({ head }) => shell(head('accept') ?? ''),
    });
  return {
    'GET /': pageAt('The web page, or OK for who does not ask for HTML.', z.strictObject({})),
    'GET /ui/': pageAt('The web page.', z.strictObject({})),
    'GET /ui/assets/:name': route({
      access: 'open',
      summary: 'A file of the web page.',
      params: z.strictObject({ name: z.string() }),
      answer: z.string(),
      produces: 'application/octet-stream',
      async handle({ params: { name }, head }) {
        const asset = await page?.asset(name, head('accept-encoding') ?? '');
        if (!asset) throw new OpsbroError('not_found', `the page has no file "${name}"`);
        return new Reply(asset.bytes, { headers: asset.headers });
      },
    }),
    'GET /ui/:path*': pageAt('The web page at one of its own addresses.', z.strictObject({ path: z.string() })),
  };
}

/** Leads who asks for HTML to the page of services. */
export const servicesPageRoute = (page: Page | undefined): Route =>
  route({
    access: 'open',
    summary: 'The page of services, or OK for who does not ask for HTML.',
    answer: z.string(),
    produces: 'text/plain; charset=utf-8',
    handle({ head }) {
      if (!page || !head('accept')?.includes('text/html')) return 'OK';
      return new Reply('', { status: 302, headers: { location: '/ui/services' } });
    },
  });

/** Old requests that changed something by GET, and what does it now. */
const FORMER: ReadonlyMap<string, string> = new Map([
  ['/stop', 'use POST /agent/stop'],
  ['/agent/join/:host*', 'use POST /agent/join with {"seeds":["HOST"]}'],
  ['/agent/leave/:node', 'use POST /agent/leave with {"node":"NODE"}'],
  ['/agent/ping/:node', 'use POST /agent/ping with {"node":"NODE"}'],
  ['/exec/:group*', 'commands are run by signed requests (POST /exec) only, and not by this version'],
]);

/** Answers the old forms with what to use instead. */
export function formerRoutes(): RouteTable {
  return Object.fromEntries([...FORMER].map(([path, now]) => [`GET ${path}`, formerRoute(now)]));
}

const formerRoute = (now: string): Route => ({
  access: 'open',
  summary: `Gone: ${now}.`,
  params: z.looseObject({}),
  query: z.looseObject({}),
  answer: z.never(),
  handle() {
    throw new OpsbroError('method_not_allowed', `GET changes nothing here; ${now}`, { details: { allow: 'POST' } });
  },
});
