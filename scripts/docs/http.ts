import { readFile } from 'node:fs/promises';
import { FAILURES } from '../../src/base/errors.ts';
import { routesOf } from '../../src/http/api.ts';
import { describe, type Operation } from '../../src/http/openapi.ts';
import type { ApiParts } from '../../src/http/parts.ts';
import { Requests } from '../../src/http/requests.ts';
import type { RouteTable } from '../../src/http/route.ts';
import { pageRoutes, systemRoutes } from '../../src/http/routes/system.ts';
import { type JsonType, typeText } from './json-type.ts';
import { code, type GeneratedFile, page, table } from './page.ts';

/** Routes are made to be described only; none of them is ever asked, so there is no agent behind them. */
const NO_AGENT = {} as ApiParts;

const WHO = {
  open: 'Whoever reaches the port.',
  read: 'Programs on this machine, by 127.0.0.1 or ::1 (`http.anonymous_read`), any token, and the unix socket.',
  write: 'Tokens with the scope write or admin, and the unix socket.',
  repair: 'Tokens with the scope repair or admin, and the unix socket.',
  admin: 'Tokens with the scope admin, and the unix socket; it stops or changes the agent itself.',
} as const;

interface Described {
  readonly request: string;
  readonly operation: Operation;
}

/** The page of the HTTP API, from the table of routes and the description the agent gives of it. */
export async function httpFiles(): Promise<readonly GeneratedFile[]> {
  const routes = allRoutes();
  const operations = describedIn(routes, await versionOf());
  const sections = [
    '## Requests',
    requestTable(operations),
    '## Access',
    table(['class', 'who may ask'], Object.entries(WHO)),
    '## Errors',
    ERRORS,
    errorTable(),
    WEBSOCKET,
    ...operations.flatMap(detailsOf),
  ];
  const content = page('HTTP API', introOf(routes), sections);
  return [{ path: 'docs/reference/http-api.md', content }];
}

/** What requests are answered with, by method and path. */
export async function answers(): Promise<ReadonlyMap<string, JsonType | undefined>> {
  const operations = describedIn(allRoutes(), await versionOf());
  return new Map(operations.map(({ request, operation }) => [request, contentOf(operation.responses['200'])]));
}

function allRoutes(): RouteTable {
  const routes: RouteTable = {
    ...pageRoutes(undefined),
    ...systemRoutes({
      parts: NO_AGENT,
      page: undefined,
      requests: new Requests({ now: () => 0 }),
      table: () => routes,
    }),
    ...routesOf(NO_AGENT),
  };
  return routes;
}

async function versionOf(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

function introOf(routes: RouteTable): string {
  const open = Object.keys(routes).flatMap((key) => [...key.matchAll(/:(\w+)\*/g)].map(([, name]) => `{${name}}`));
  const names = [...new Set(open)].map(code);
  return (
    'What the agent answers on its unix socket and on its HTTP port. Everything is JSON unless said otherwise; `?pretty` adds line breaks. ' +
    `In paths ${names.slice(0, -1).join(', ')} and ${names.at(-1)} may hold slashes. The agent itself shows the same at \`/docs\`, and for ` +
    'programs at `/openapi.json`.'
  );
}

const describedIn = (routes: RouteTable, version: string): readonly Described[] =>
  Object.entries(describe(routes, version).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ request: `${method.toUpperCase()} ${path}`, operation })),
  );

const requestTable = (operations: readonly Described[]): string =>
  table(
    ['request', 'access', 'what it does'],
    operations.map(({ request, operation }) => [code(request), operation['x-access'], operation.summary]),
  );

/** What a request takes and what the answer holds, where there is something to say. */
function detailsOf({ request, operation }: Described): readonly string[] {
  const taken = [
    ...operation.parameters.map(({ name, in: place, required, schema, description }) =>
      fieldRow({ name, place, isNeeded: required, type: { ...schema, ...(description ? { description } : {}) } }),
    ),
    ...bodyRows(operation),
  ];
  const answered = contentOf(operation.responses['200']);
  const answer = fieldsOf(answered).map(([name, type]) => [code(name), typeText(type), type.description ?? '']);
  const isPlain = taken.every(([, , , meaning]) => meaning === '') && answer.length === 0;
  if (isPlain && operation.requestBody === undefined) return [];
  return [
    `## ${request}`,
    operation.summary,
    ...(taken.length === 0 ? [] : [table(['takes', 'in', 'type', 'meaning'], taken)]),
    ...(answer.length === 0 ? [] : [table([headOf(answered), 'type', 'meaning'], answer)]),
  ];
}

interface Field {
  readonly name: string;
  readonly place: string;
  readonly isNeeded: boolean;
  readonly type: JsonType;
}

const fieldRow = ({ name, place, isNeeded, type }: Field): readonly string[] => [
  code(name),
  `${place}${isNeeded ? '' : ', may be left out'}`,
  typeText(type),
  type.description ?? '',
];

function bodyRows({ requestBody }: Operation): (readonly string[])[] {
  if (!requestBody) return [];
  if ('*/*' in requestBody.content) return [['', 'body', 'bytes', 'Taken as they are.']];
  const body = contentOf(requestBody);
  return fieldsOf(body).map(([name, type]) =>
    fieldRow({ name, place: 'body', isNeeded: body?.required?.includes(name) ?? false, type }),
  );
}

/** The schema of the JSON that a body or an answer has. */
function contentOf(part: unknown): JsonType | undefined {
  const { content } = (part ?? {}) as { readonly content?: Readonly<Record<string, { readonly schema: JsonType }>> };
  return content?.['application/json']?.schema;
}

function headOf(type: JsonType | undefined): string {
  if (type?.items) return 'answers a list of';
  return typeof type?.additionalProperties === 'object' ? 'answers a map to' : 'answers';
}

/** The fields of an object, or of the objects a list or a map holds. */
function fieldsOf(type: JsonType | undefined): readonly (readonly [string, JsonType])[] {
  const within = typeof type?.additionalProperties === 'object' ? type.additionalProperties : undefined;
  return Object.entries((type?.items ?? within ?? type)?.properties ?? {});
}

const ERRORS =
  'An error is `{"error": {"code", "message", "details"}}`. The code is for programs and stays; the message is for people. The last column ' +
  'is what the command line ends with.';

const errorTable = (): string =>
  table(
    ['code', 'status', 'exit code'],
    Object.entries(FAILURES).map(([name, { status, exit }]) => [code(name), String(status), String(exit)]),
  );

const WEBSOCKET = `## Websocket

\`/ws\` on the same port, and every path of the websocket port, open a websocket for whoever may read. It sends a hello, a snapshot of all
nodes, groups and checks, and from then on each change as it happens. Each frame is a JSON object with its \`channel\`.`;
