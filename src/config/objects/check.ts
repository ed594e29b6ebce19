import { z } from 'zod';
import * as field from '../fields.ts';
import {
  anyMap,
  expression,
  expressions,
  expressionsOf,
  groupTest,
  interval,
  remarks,
  severities,
  texts,
} from './common-fields.ts';
import type { ObjectKind } from './kind.ts';

const EXPRESSIONS = ['variables', 'critical_if', 'warning_if', 'ok_output', 'warning_output', 'critical_output'];

/** Something that is judged again and again. Keys that are not fields are variables of the check. */
export const CHECK: ObjectKind = {
  schema: z.object({
    interval: interval().prefault('10s').describe('Time between two runs.'),
    if_group: groupTest()
      .optional()
      .describe('Where the check runs. In a pack it has to be written, else the check never runs.'),
    display_name: field.text().optional().describe('Name to show; the last part of the id when left out.'),
    variables: expressions()
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
    ...remarks('check'),
  }),
  expressions: (fields) => expressionsOf(fields, EXPRESSIONS),
};
