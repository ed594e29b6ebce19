import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import { LEVELS, type Level, type PackSet, type Yaml } from '../../model/pack.ts';
import { packJson } from '../pack-records.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import {
  EditedJson,
  OverloadedJson,
  PackJson,
  PacksJson,
  ParameterNamed,
  ParameterValueJson,
} from '../schemas/packs.ts';
import { Named } from '../schemas.ts';

type Parts = Pick<ApiParts, 'packs' | 'edits'>;

/** What the node is configured from. */
export const packRoutes = ({ packs, edits }: Parts) => ({
  'GET /packs': route({
    access: 'read',
    summary: 'Every pack by level and name, the one in use first.',
    answer: PacksJson,
    handle() {
      const set = packs();
      const ofLevel = (level: Level) => levelJson(set, level);
      return { core: ofLevel('core'), global: ofLevel('global'), zone: ofLevel('zone'), local: ofLevel('local') };
    },
  }),
  'GET /packs/:name': route({
    access: 'read',
    summary: 'The packs of one name, the one in use first.',
    params: Named,
    answer: z.array(PackJson),
    handle({ params: { name } }) {
      const set = packs();
      const named = set.packs.filter((pack) => pack.name === name).sort(byUse);
      if (named.length > 0) return named.map((pack) => packJson(pack, set));
      const hint = didYouMean(name, new Set(set.packs.map((pack) => pack.name)));
      throw new OpsbroError('not_found', `no pack is named "${name}"${hint}`);
    },
  }),
  'POST /packs/overload': route({
    access: 'admin',
    summary: 'Copies a pack to a higher level, where it counts instead of the original, and reads everything again.',
    body: z.strictObject({
      level: z.string().max(10),
      pack: z.string().max(64),
      to: z.string().max(10).default('local'),
    }),
    answer: OverloadedJson,
    handle: ({ body }) => edits.overload(body),
  }),
  'GET /packs/parameters/:level/:pack/:key': route({
    access: 'read',
    summary: 'A parameter as a level sets it, else as it is in effect.',
    params: ParameterNamed,
    answer: ParameterValueJson,
    handle: ({ params }) => edits.packParameter(params),
  }),
  'PUT /packs/parameters/:level/:pack/:key': route({
    access: 'admin',
    summary: 'Sets a parameter of a pack at a level, and reads everything again.',
    params: ParameterNamed,
    body: z.strictObject({
      value: z.json(),
      force: z.boolean().default(false).describe('also a parameter that the pack does not know'),
    }),
    answer: EditedJson,
    handle: ({ params, body }) =>
      edits.setPackParameter(params, { value: body.value as Yaml, unknown: body.force ? 'take' : 'refuse' }),
  }),
  'DELETE /packs/parameters/:level/:pack/:key': route({
    access: 'admin',
    summary: 'Takes away what a level sets for a parameter, and reads everything again.',
    params: ParameterNamed,
    answer: EditedJson,
    handle: ({ params }) => edits.setPackParameter(params, { value: undefined, unknown: 'take' }),
  }),
});

function levelJson(set: PackSet, level: Level): Record<string, PackJson[]> {
  const here = set.packs.filter((pack) => pack.level === level).sort(byUse);
  const names = new Set(here.map(({ name }) => name));
  const ofName = (name: string) => here.filter((pack) => pack.name === name).map((pack) => packJson(pack, set));
  return Object.fromEntries(Array.from(names, (name) => [name, ofName(name)]));
}

type OfLevel = Pick<PackSet['packs'][number], 'level' | 'overloadedBy'>;

/** The one in use, then the others from the most specific level down. */
function byUse(a: OfLevel, b: OfLevel): number {
  const inUse = Number(b.overloadedBy === null) - Number(a.overloadedBy === null);
  return inUse || LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level);
}
