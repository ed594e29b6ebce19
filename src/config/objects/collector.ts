import { z } from 'zod';
import * as field from '../fields.ts';
import type { ObjectKind } from './kind.ts';

const programOfOthers = z.object({
  command: z
    .union([field.text(), z.array(field.text())])
    .meta({ expected: 'a list of a program and its arguments' })
    .describe('The program and its arguments.'),
  shell: field.flag().prefault(false).describe('Whether a shell reads the command.'),
  timeout: field
    .duration(1_000)
    .prefault('60s')
    .describe('Time a run may take; its whole process group is ended then.'),
  interval: field.duration(1_000).prefault('60s').describe('Time between two runs.'),
  env: z
    .record(z.string(), field.text())
    .meta({ expected: 'a map of texts' })
    .optional()
    .describe('Variables that it is given.'),
  user: field.text().optional().describe('Who runs it, when the agent may choose.'),
  max_metrics: z.int().min(1).max(100_000).prefault(10_000).describe('Metrics it may print.'),
});

/** A program of others whose lines of status and metrics are collected. */
export const COLLECTOR: ObjectKind = {
  schema: z.object({
    maas: programOfOthers
      .meta({ expected: 'a map with a command' })
      .describe('A program that prints lines of status and metrics.'),
    group: field.text().optional().describe('Runs only while the node is in this group.'),
  }),
};
