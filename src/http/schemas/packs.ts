import { z } from 'zod';
import { LEVELS } from '../../model/pack.ts';
import { ProblemsJson, ReloadedJson } from '../schemas.ts';

const ParameterJson = z.object({
  value: z.unknown().describe('as it is written; secrets as ******, of values from elsewhere only where they stand'),
  default_value: z.unknown(),
  have_default: z.boolean(),
  is_default: z.boolean(),
  is_missing: z.boolean().describe('it has to be set and is not'),
  is_valid: z.boolean(),
  source: z.string().describe('FILE:LINE, or default'),
  type: z.string(),
  description: z.string(),
});

export const PackJson = z.object({
  name: z.string(),
  level: z.enum(LEVELS),
  dir: z.string(),
  version: z.string(),
  types: z.array(z.string()),
  description: z.string(),
  keywords: z.array(z.string()),
  topics: z.array(z.string()),
  author: z.string(),
  license: z.string(),
  homepage: z.string(),
  overloaded_by: z.enum(LEVELS).nullable(),
  parameters: z.record(z.string(), ParameterJson).describe('by name, with dots for those within maps'),
  objects: z.record(z.string(), z.int()).describe('how many objects of each type it brings'),
  problems: ProblemsJson,
  errors: ProblemsJson.describe('the problems of level error'),
});
export type PackJson = z.output<typeof PackJson>;

export const PacksJson = z.object(
  Object.fromEntries(LEVELS.map((level) => [level, z.record(z.string(), z.array(PackJson))])) as Record<
    (typeof LEVELS)[number],
    z.ZodRecord<z.ZodString, z.ZodArray<typeof PackJson>>
  >,
);

/** One parameter at one level. */
export const ParameterNamed = z.strictObject({
  level: z.string().min(1).max(10),
  pack: z.string().min(1).max(64),
  key: z.string().min(1).max(200).describe('with dots for values within maps'),
});

export const ParameterValueJson = z.object({
  file: z.string(),
  value: z.unknown().describe('a secret as ******'),
  comments: z.array(z.string()).describe('the comment lines above it'),
});

/** A file was changed, and read again. */
export const EditedJson = z.object({
  file: z.string(),
  changed: z.boolean(),
  shown: z.string().describe('the value as it may be shown'),
  restart_needed: z.array(z.string()),
  errors: ReloadedJson.shape.errors,
});
export type EditedJson = z.output<typeof EditedJson>;

export const OverloadedJson = z.object({ dir: z.string(), level: z.enum(LEVELS) });

export const SettingJson = z.object({
  value: z.unknown().describe('in effect; secrets as ******, durations in milliseconds'),
  origin: z.string().describe('FILE:LINE, environment, command line or default'),
  comments: z.array(z.string()).describe('the comment lines above it'),
});
