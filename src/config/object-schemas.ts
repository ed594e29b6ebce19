import { z } from 'zod';
import type { PackObjectType } from '../model/pack.ts';
import * as field from './fields.ts';

const expression = () => field.text().meta({ expected: 'an expression' });
const groupTest = () =>
  z
    .union([z.string(), z.boolean(), z.array(z.string())])
    .meta({ expected: 'a group, a test such as "linux and not docker-container", or "*" for everywhere' });
const interval = () => field.duration(1_000);
const severities = () =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((written) => (Array.isArray(written) ? written : [written]))
    .pipe(z.array(z.enum(['ok', 'warning', 'critical', 'unknown'])))
    .meta({ expected: 'a list of ok, warning, critical and unknown' });
const anyMap = () => z.record(z.string(), z.unknown()).meta({ expected: 'a map' });
const texts = () => z.union([field.text(), z.array(field.text())]).meta({ expected: 'a text or a list of texts' });

const DETECTOR = z.object({
  add_groups: texts().describe('Groups the node is in while the rule is true; {{...}} within is filled in.'),
  apply_if: expression().describe('The rule.'),
  interval: interval().prefault('10s').describe('Time between two evaluations.'),
  if_group: groupTest().prefault('*').describe('Where the rule is tried at all.'),
  notes: field.text().optional().describe('A remark, shown with the detector.'),
  note: field.text().optional().describe('Same as notes.'),
});

const CHECK = z.object({
  interval: interval().prefault('10s').describe('Time between two runs.'),
  if_group: groupTest()
    .optional()
    .describe('Where the check runs. In a pack it has to be written, else the check never runs.'),
  display_name: field.text().optional().describe('Name to show; the last part of the id when left out.'),
  variables: z
    .record(z.string(), expression())
    .meta({ expected: 'a map from names to expressions' })
    .optional()
    .describe('Values that are worked out first, in their order, for {{variables.NAME}}.'),
  critical_if: expression().optional().describe('The state is critical while this holds.'),
  warning_if: expression().optional().describe('The state is warning while this holds and critical_if does not.'),
  ok_output: expression().optional().describe('Text of the state ok.'),
  warning_output: expression().optional().describe('Text of the state warning.'),
  critical_output: expression().optional().describe('Text of the state critical.'),
  script: texts()
    .optional()
    .describe('A monitoring plugin to run: a line with $macros$, or a list of program and arguments.'),
  timeout: field
    .duration(1)
    .optional()
    .describe('Time a run may take; 30s for a script and 10s for an expression when left out.'),
  max_attempts: z
    .union([field.wholeNumber(1, 100), anyMap()])
    .meta({ expected: 'a whole number from 1 to 100, or a map from states to such numbers' })
    .optional()
    .describe('Results in a row before a problem is confirmed; 1 when left out.'),
  retry_interval: interval()
    .optional()
    .describe('Time between two runs while a state is not confirmed; the interval when left out.'),
  recovery_attempts: field
    .wholeNumber(1, 100)
    .optional()
    .describe('Good results in a row before a recovery is confirmed.'),
  handlers: texts().optional().describe('Ids of the handlers that are told; all of them when left out.'),
  severities: severities().optional().describe('New states that are told; all four when left out.'),
  thresholds: anyMap().optional().describe('Values for {configuration.thresholds.NAME}.'),
  enabled: field.flag().optional().describe('false: the check does not run.'),
  notes: field.text().optional().describe('A remark, shown with the check.'),
  note: field.text().optional().describe('Same as notes.'),
});

const SERVICE = z.object({
  check: anyMap().describe('The check that judges the service.'),
  name: field.text().optional().describe('Name to show.'),
  if_group: groupTest().optional().describe('Where the service runs.'),
  notes: field.text().optional().describe('A remark, shown with the service.'),
  note: field.text().optional().describe('Same as notes.'),
});

const HANDLER = z.object({
  type: field.text().describe('The kind of handler, such as mail or slack; its further fields are those of that kind.'),
  id: field.text().optional().describe('The name checks use in handlers; the type when left out.'),
  severities: severities().optional().describe('New states that are told; all four when left out.'),
  enabled: field.flag().optional().describe('false: nothing is told.'),
});

/** The fields of the objects people write in packs and in the local configuration, by type. */
export const OBJECT_SCHEMAS: Readonly<Record<PackObjectType, z.ZodObject>> = {
  detector: DETECTOR,
  check: CHECK,
  service: SERVICE,
  handler: HANDLER,
};

/** Fields whose value is an expression, or a map of expressions. */
export const EXPRESSION_FIELDS: Readonly<Record<PackObjectType, readonly string[]>> = {
  detector: ['apply_if'],
  check: ['variables', 'critical_if', 'warning_if', 'ok_output', 'warning_output', 'critical_output'],
  service: [],
  handler: [],
};

/** Names of the early days, and what they are called now. */
export const OLD_NAMES: Readonly<Record<PackObjectType, ReadonlyMap<string, string>>> = {
  detector: new Map([['groups', 'add_groups']]),
  check: new Map(),
  service: new Map(),
  handler: new Map(),
};
