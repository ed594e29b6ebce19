import { z } from 'zod';
import type { YamlMap } from '../../model/pack.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { Identified } from '../schemas.ts';

const id = z.string().describe('its id, in the pack local');
const DefinedJson = z.object({ id, warnings: z.array(z.string()).readonly().describe('what may not be meant so') });
const DeletedJson = z.object({ id });

type Parts = Pick<ApiParts, 'definitions'>;

/**
 * Checks and services that requests define. They may ask what was collected, HTTP and TCP, or wait for results; programs come from files
 * only.
 */
export const definitionRoutes = (parts: Parts) => ({
  'PUT /monitoring/checks/:id*': putRoute(
    'check',
    'Defines a check of expressions, http, tcp or passive, or defines it anew; it outlives a restart.',
    parts,
  ),
  'DELETE /monitoring/checks/:id*': deleteRoute('check', parts),
  'PUT /monitoring/services/:id*': putRoute(
    'service',
    'Defines a service and how it is judged, or defines it anew; it outlives a restart.',
    parts,
  ),
  'DELETE /monitoring/services/:id*': deleteRoute('service', parts),
});

const putRoute = (type: 'check' | 'service', summary: string, { definitions }: Parts) =>
  route({
    access: 'admin',
    summary,
    params: Identified,
    body: z.record(z.string(), z.unknown()),
    answer: DefinedJson,
    handle: ({ params, body }) => definitions[type].put(params.id, body as YamlMap),
  });

const deleteRoute = (type: 'check' | 'service', { definitions }: Parts) =>
  route({
    access: 'admin',
    summary: `Takes away a ${type} that a request defined.`,
    params: Identified,
    answer: DeletedJson,
    handle: ({ params }) => ({ id: definitions[type].delete(params.id) }),
  });
