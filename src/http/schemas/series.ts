import { z } from 'zod';
import { AGGREGATION_METHODS } from '../../model/series.ts';

/** How the metric store is. */
export const SeriesStoreJson = z.object({
  series: z.int(),
  max_series: z.int(),
  points: z.int().describe('taken in since the start'),
  refused: z.record(z.string(), z.int()).describe('points that were not taken, by reason, since the start'),
  waiting: z.int().describe('points that only memory and the log have so far'),
  blocks: z.int(),
  bytes: z.int().describe('bytes of all blocks, without names and log'),
  max_bytes: z.int().describe('0: no bound'),
  bad_blocks: z.int().describe('blocks that could not be read since the start'),
  troubles: z.record(z.string(), z.string()).describe('what is not as it should be'),
});

/** One series over a time. */
export const SeriesJson = z.object({
  name: z.string(),
  first: z.int().describe('epoch seconds at which the first slot begins'),
  step: z.int().describe('seconds of a slot'),
  values: z.array(z.number().nullable()).describe('null where there is none'),
});

export const Method = z.enum(AGGREGATION_METHODS);
