import { z } from 'zod';

/** One change of the store. */
const ChangeJson = z.object({
  index: z.string(),
  key: z.string(),
  op: z.enum(['put', 'delete', 'expire']),
  version: z.string(),
  time: z.string().nullable().describe('ISO 8601 in UTC with milliseconds; null when it is not known'),
  expires: z.string().nullable(),
  value: z.string().optional().describe('base64'),
});

/** Changes, and where to read on. */
export const ChangesJson = z.object({
  index: z.string().describe('ask on with it'),
  changes: z.array(ChangeJson),
  more: z.boolean().optional().describe('there are more already'),
});

/** What was deleted by its prefix. */
export const PrunedJson = z.object({ deleted: z.int() });

/** One operation of a batch. */
export const BatchOpJson = z.strictObject({
  op: z.enum(['put', 'get', 'delete']),
  key: z.string(),
  value: z.string().optional().describe('base64, of a put'),
  ttl: z.union([z.string().max(20), z.int()]).optional(),
  cas: z.string().max(100).optional(),
});
export type BatchOpJson = z.output<typeof BatchOpJson>;

/** What became of one operation: as the request of its own would have been answered. */
export const BatchAnswerJson = z.looseObject({ status: z.int() });

/** What an import did, or would do. */
export const ImportedJson = z.object({
  created: z.int(),
  overwritten: z.int(),
  skipped: z.int().describe('kept as they are, or expired since'),
  refused: z.int(),
  refusals: z.array(z.object({ key: z.string(), message: z.string() })).describe('at most a hundred'),
  broken: z.int().describe('lines that could not be read'),
  dry_run: z.boolean(),
});
