import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { AGGREGATION_METHODS } from '../model/series.ts';
import * as field from './fields.ts';
import { parseRetentions } from './retentions.ts';
import { MOST_PATTERN } from './series-rules.ts';

const pattern = () => z.string().min(1).max(MOST_PATTERN);

const retentions = z.string().superRefine((written, context) => {
  try {
    parseRetentions(written);
  } catch (error) {
    if (!(error instanceof OpsbroError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

const schemaRule = z
  .strictObject({ name: field.text().optional(), pattern: pattern(), retentions })
  .transform((rule) => ({ pattern: rule.pattern, archives: parseRetentions(rule.retentions) }));

const aggregationRule = z
  .strictObject({
    name: field.text().optional(),
    pattern: pattern(),
    xFilesFactor: z.number().min(0).max(1).optional(),
    aggregationMethod: z.enum(AGGREGATION_METHODS).optional(),
  })
  .transform((rule) => ({
    pattern: rule.pattern,
    xFilesFactor: rule.xFilesFactor,
    method: rule.aggregationMethod,
  }));

/** The map `store` of agent.yml: how the series of this node are kept. */
export const store = z
  .strictObject({
    schemas: z
      .union([z.string().min(1), z.array(schemaRule)])
      .meta({
        expected: "a list of {pattern, retentions}, or the path of a file in the form of carbon's storage-schemas",
      })
      .prefault([])
      .describe('For how long series are kept and how finely, the first pattern that fits; before the usual rules.'),
    aggregation: z
      .union([z.string().min(1), z.array(aggregationRule)])
      .meta({
        expected:
          "a list of {pattern, xFilesFactor, aggregationMethod}, or the path of a file in the form of carbon's storage-aggregation",
      })
      .prefault([])
      .describe('How many values become one as they get older, the first pattern that fits; before the usual rules.'),
    max_series: field
      .wholeNumber(1, 10_000_000)
      .default(200_000)
      .describe('Series there may be; further ones are refused.'),
    max_bytes: field.size().prefault('4GiB').describe('Bytes of stored values; above them the oldest are dropped.'),
    max_future: field.duration().prefault('60s').describe('How far ahead of the clock of this node a point may be.'),
  })
  .prefault({} as never);

/** The map `metrics` of agent.yml: how series are named. */
export const metrics = z
  .strictObject({
    escape_hostname: field.flag().default(false).describe('Write the dots of the node name as _ in names of series.'),
    legacy_names: field
      .flag()
      .default(false)
      .describe('Name the series of collectors by their keys as they are, lower-cased, as OpsBro did.'),
    perfdata_thresholds: field
      .flag()
      .default(false)
      .describe('Keep where the performance data of a check would warn and be critical as series .warn and .crit.'),
  })
  .prefault({} as never);
