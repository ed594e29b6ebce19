import { z } from 'zod';
import * as field from '../fields.ts';
import { anyMap, groupTest, remarks, texts } from './common-fields.ts';
import type { ObjectKind } from './kind.ts';

const atLeast = z.strictObject({
  at_least: field.wholeNumber(1, 1_000).describe('So many checks have to be ok; one fewer is a warning.'),
});

/** Something the node offers, judged by checks. */
export const SERVICE: ObjectKind = {
  schema: z.object({
    check: anyMap().optional().describe('A check of its own that judges the service.'),
    checks: texts().optional().describe('Ids of other checks that judge it; * and ? stand for anything.'),
    aggregate: z
      .union([z.string().min(1), atLeast])
      .meta({ expected: 'worst, best, a map of at_least, or an expression over variables.checks that gives a state' })
      .optional()
      .describe('What its checks come to together: worst when left out.'),
    name: field.text().optional().describe('The name peers and DNS know it by; the last part of the id when left out.'),
    if_group: groupTest().optional().describe('Where the service runs.'),
    port: field.port().optional().describe('Port it is reached at.'),
    address: field.text().optional().describe('Address it is reached at; that of the node when left out.'),
    protocol: field.text().optional().describe('tcp or udp, for names such as _web._tcp.'),
    tags: texts().optional().describe('Words by which one of several is chosen.'),
    meta: z
      .record(z.string(), field.text())
      .meta({ expected: 'a map from names to texts' })
      .optional()
      .describe('More about it, for programs.'),
    weights: anyMap().optional().describe('How much of the load it takes, by state.'),
    also_checks: field.flag().optional().describe('true: people are told of its checks too, not only of the service.'),
    ...remarks('service'),
  }),
  *judge(fields) {
    if (fields.has('check') || fields.has('checks')) return;
    const message = 'no check judges this service: it is ok as long as its node lives (write check or checks)';
    yield { level: 'notice', at: [], message };
  },
};
