import { z } from 'zod';
import { SAMPLE_TYPES } from '../../model/sample.ts';

export const SampleJson = z.object({
  name: z.string().describe('the meter'),
  type: z.enum(SAMPLE_TYPES),
  unit: z.string(),
  volume: z.number(),
  resource_id: z.string(),
  timestamp: z.string().describe('ISO 8601 in UTC'),
  resource_metadata: z.record(z.string(), z.unknown()),
});
export type SampleJson = z.output<typeof SampleJson>;

export const PollsterJson = z.object({
  name: z.string(),
  description: z.string(),
  namespace: z.string(),
  meters: z.array(z.string()),
  state: z.string().describe('as of the collector that runs it'),
  log: z.string(),
  interval_ms: z.number(),
  last_run: z.number().nullable().describe('epoch milliseconds'),
  samples: z.int().describe('samples that the last run took'),
  errors_total: z.int().describe('samples and resources that were left out'),
  excluded: z.record(z.string(), z.string()).describe('by resource that is not asked for any more, why'),
});
export type PollsterJson = z.output<typeof PollsterJson>;
