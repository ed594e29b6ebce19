import { z } from 'zod';
import type { Access, Route, RouteTable } from './route.ts';
import { SCOPE } from './zone-wide.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Content {
  readonly [type: string]: { readonly schema: Schema };
}

type Ways = readonly Readonly<Record<string, readonly string[]>>[];

/** A route as OpenAPI describes it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly 'x-access': Access;
  /** Ways to prove who asks; an empty one stands for none. */
  readonly security?: Ways;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** A description of the API in OpenAPI 3.1. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes?: Readonly<Record<string, Schema>>;
  };
}

const ERROR: Schema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', description: 'stable, for programs' },
        message: { type: 'string', description: 'for people' },
        details: { type: 'object' },
      },
    },
  },
};

const SECURITY: Readonly<Record<string, Schema>> = {
  bearer: { type: 'http', scheme: 'bearer', description: 'a token (opsbro token create)' },
  header: { type: 'apiKey', in: 'header', name: 'X-Opsbro-Token', description: 'a token' },
  basic: { type: 'http', scheme: 'basic', description: 'any user, and a token for the password' },
  login: { type: 'apiKey', in: 'cookie', name: 'opsbro', description: 'of POST /login' },
};

const SCOPE_PARAMETER: Parameter = {
  name: SCOPE,
  in: 'query',
  required: false,
  description: 'zone: what all nodes of the zone answer, by their ids, as nodes; and why others did not, as errors',
  schema: { type: 'string', enum: ['zone'] },
};

/** What nobody has to prove has no ways to prove it; what this machine may read needs none from there. */
function securityOf(access: Access): Ways {
  const ways = Object.keys(SECURITY).map((name) => ({ [name]: [] }));
  if (access === 'open') return [];
  return access === 'read' ? [{}, ...ways] : ways;
}

/** Describes a table of routes; costs some ten milliseconds, so do it when somebody asks. */
export function describe(table: RouteTable, version: string): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [key, route] of Object.entries(table)) {
    const [method = '', path = ''] = key.split(' ');
    const shown = path.replace(/:(\w+)\*?/g, '{$1}');
    paths[shown] = { ...paths[shown], [method.toLowerCase()]: operation(key, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'opsbro',
      version,
      description:
        'On the unix socket everything is answered. Over TCP, class open is answered to everybody, class read to this machine (http.anonymous_read), and the rest to who shows a token with that scope.',
    },
    paths,
    components: { schemas: { Error: ERROR }, securitySchemes: SECURITY },
  };
}

function operation(key: string, route: Route): Operation {
  return {
    operationId: key.replace(/\W+/g, '_'),
    summary: route.summary,
    tags: [key.split('/')[1] || 'page'],
    'x-access': route.access,
    security: securityOf(route.access),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(route.isZoneWide ? [SCOPE_PARAMETER] : []),
    ],
    ...(route.body ? { requestBody: requestBody(route.body, route) } : {}),
    responses: {
      200: { description: 'Done.', content: content(route.produces ?? 'application/json', schemaOf(route.answer)) },
      default: {
        description: 'Refused or failed.',
        content: content('application/json', { $ref: '#/components/schemas/Error' }),
      },
    },
  };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema) as {
    properties?: Record<string, Schema & { description?: string }>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

const requestBody = (body: z.ZodType, { bodyType }: Route) => ({
  required: bodyType === 'bytes' || !body.safeParse({}).success,
  content: bodyType === 'bytes' ? content('*/*', {}) : content('application/json', schemaOf(body)),
});

const content = (type: string, schema: Schema): Content => ({ [type]: { schema } });

function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
