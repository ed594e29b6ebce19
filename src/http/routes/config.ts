import { z } from 'zod';
import type { ApiParts } from '../parts.ts';
import { jsonObject } from '../records.ts';
import { route } from '../route.ts';
import { SettingJson } from '../schemas/packs.ts';

const ConfigJson = z.object({
  settings: z.record(z.string(), SettingJson).describe('by key with dots'),
  variables: z.record(z.string(), z.unknown()).describe('keys that are no settings, for scripts and expressions'),
});

const Asked = z.strictObject({
  kind: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .default('agent')
    .describe('agent, or an object of packs: check, detector, handler, ...'),
});

/** What the agent was told in its files, as a whole, and what may stand there. */
export const configRoutes = ({ edits }: Pick<ApiParts, 'edits'>) => ({
  'GET /config': route({
    access: 'read',
    summary:
      'The configuration as it is in effect: every setting with its origin, and the free variables; without secrets.',
    answer: ConfigJson,
    handle: async () => ({
      settings: jsonObject(await edits.settings(), (setting) => setting),
      variables: edits.variables(),
    }),
  }),
  'GET /config/schema': route({
    access: 'read',
    summary: 'The JSON Schema of agent.yml, or of another kind of file.',
    query: Asked,
    answer: z.record(z.string(), z.unknown()),
    handle: ({ query }) => edits.schema(query.kind),
  }),
});
