import { z } from 'zod';
import type { YamlMap } from '../../model/pack.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { Identified } from '../schemas.ts';

const DefinedJson = z.object({ id: z.string().describe('its id, in the pack local') });

/** Checks that requests define. They may ask what was collected, HTTP and TCP, or wait for results; programs come from files only. */
export const checkDefinitionRoutes = ({ checkDefinitions }: Pick<ApiParts, 'checkDefinitions'>) => ({
  'PUT /monitoring/checks/:id*': route({
    access: 'admin',
    summary: 'Defines a check of expressions, http, tcp or passive, or defines it anew; it outlives a restart.',
    params: Identified,
    body: z.record(z.string(), z.unknown()),
    answer: DefinedJson,
    handle: ({ params, body }) => ({ id: checkDefinitions.put(params.id, body as YamlMap) }),
  }),
  'DELETE /monitoring/checks/:id*': route({
    access: 'admin',
    summary: 'Takes away a check that a request defined.',
    params: Identified,
    answer: DefinedJson,
    handle({ params }) {
      return { id: checkDefinitions.delete(params.id) };
    },
  }),
});
