import { z } from 'zod';
import type { Access, Route, RouteTable } from './route.ts';

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

/** A route as OpenAPI describes it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly 'x-access': Access;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** A description of the API in OpenAPI 3.1. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
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
      description: 'Class read is answered on loopback, write and admin on the unix socket of the agent only.',
    },
    paths,
    components: { schemas: { Error: ERROR } },
  };
}

function operation(key: string, route: Route): Operation {
  return {
    operationId: key.replace(/\W+/g, '_'),
    summary: route.summary,
    tags: [key.split('/')[1] || 'page'],
    'x-access': route.access,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
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
