import { z } from 'zod';
import type { Yaml } from '../../model/pack.ts';
import type { ApiParts } from '../parts.ts';
import { jsonObject } from '../records.ts';
import { route } from '../route.ts';
import { EditedJson, SettingJson } from '../schemas/packs.ts';

const Keyed = z.strictObject({ key: z.string().min(1).max(200).describe('with dots for keys within maps') });
const Item = z.strictObject({ list: z.string().min(1).max(200), item: z.string().min(1).max(255) });

/** The agent's own settings, and how they are changed. */
export const parameterRoutes = ({ edits }: Pick<ApiParts, 'edits'>) => ({
  'GET /agent/parameters': route({
    access: 'read',
    summary: 'Every setting of the agent with its origin.',
    answer: z.record(z.string(), SettingJson),
    handle: async () => jsonObject(await edits.settings(), (setting) => setting),
  }),
  'GET /agent/parameters/:key': route({
    access: 'read',
    summary: 'One setting of the agent with its origin and the comments above it.',
    params: Keyed,
    answer: SettingJson,
    handle: ({ params }) => edits.setting(params.key),
  }),
  'PUT /agent/parameters/:key': route({
    access: 'admin',
    summary: 'Sets a setting of the agent in its file, and reads everything again.',
    params: Keyed,
    body: z.strictObject({ value: z.json() }),
    answer: EditedJson,
    handle: ({ params, body }) => edits.setSetting(params.key, body.value as Yaml),
  }),
  'DELETE /agent/parameters/:key': route({
    access: 'admin',
    summary: 'Takes a setting of the agent out of its file, and reads everything again.',
    params: Keyed,
    answer: EditedJson,
    handle: ({ params }) => edits.setSetting(params.key, undefined),
  }),
  'PUT /agent/parameters/:list/:item': route({
    access: 'write',
    summary: 'Adds to a list of the settings, such as groups or seeds.',
    params: Item,
    answer: EditedJson,
    handle: ({ params }) => edits.changeList(params, 'ADD'),
  }),
  'DELETE /agent/parameters/:list/:item': route({
    access: 'write',
    summary: 'Takes out of a list of the settings, such as groups or seeds.',
    params: Item,
    answer: EditedJson,
    handle: ({ params }) => edits.changeList(params, 'REMOVE'),
  }),
});
