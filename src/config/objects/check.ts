import { z } from 'zod';
import { CHECK_STATES } from '../../model/check.ts';
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

const EXPRESSIONS = [
  'variables',
  'critical_if',
  'critical_clear_if',
  'warning_if',
  'warning_clear_if',
  'ok_output',
  'warning_output',
  'critical_output',
];

const attempts = () => field.wholeNumber(1, 100);
const state = () => z.enum(CHECK_STATES).meta({ expected: `one of ${CHECK_STATES.join(', ')}` });
const states = () => z.partialRecord(state(), state()).meta({ expected: 'a map from states to states' });
const list = (expected: string) => z.array(z.unknown()).meta({ expected });

const percent = () => z.number().min(0).max(100).meta({ expected: 'a percentage from 0 to 100' });
const range = () => z.union([z.string(), z.number()]).meta({ expected: 'a range such as 0:80' });
const thresholds = () =>
  z.strictObject({
    warning: range().optional().describe('The state is warning outside this range.'),
    critical: range().optional().describe('The state is critical outside this range.'),
    required: field.flag().optional().describe('Without this label the state is unknown.'),
  });

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
    critical_clear_if: expression().optional().describe('Once confirmed as critical it stays so until this holds.'),
    warning_if: expression().optional().describe('The state is warning while this holds and critical_if does not.'),
    warning_clear_if: expression().optional().describe('Once confirmed as warning it stays so until this holds.'),
    ok_output: expression().optional().describe('Text of the state ok.'),
    warning_output: expression().optional().describe('Text of the state warning.'),
    critical_output: expression().optional().describe('Text of the state critical.'),
    http: z
      .union([field.text(), anyMap()])
      .meta({ expected: 'a URL, or a map with url' })
      .optional()
      .describe('A page to ask for: its URL, or a map with more about it.'),
    tcp: anyMap().optional().describe('A port to connect to: a map of host, port and what is sent and expected.'),
    mob: anyMap().optional().describe('A check of a health package: a map of service and check.'),
    maas: anyMap().optional().describe('A MaaS probe: a map of plugin and args.'),
    passive: z
      .union([field.flag(), anyMap()])
      .meta({ expected: 'true, or a map of ttl, expired_state and initial_state' })
      .optional()
      .describe('The check does not run; its results are reported.'),
    ttl: field
      .duration(1)
      .optional()
      .describe('A result of a passive check holds for this long; for ever when left out.'),
    expired_state: state()
      .optional()
      .describe('State of a passive check without a result in time; critical when left out.'),
    initial_state: z
      .enum([...CHECK_STATES, 'pending'])
      .meta({ expected: `one of ${CHECK_STATES.join(', ')}, pending` })
      .optional()
      .describe('State of a passive check before its first result.'),
    codes: z
      .record(z.string(), state())
      .meta({ expected: 'a map from exit codes to states' })
      .optional()
      .describe('States for exit codes of a script beyond 0 to 3.'),
    script: texts()
      .optional()
      .describe('A monitoring plugin to run: a line with $macros$, or a list of program and arguments.'),
    timeout: field
      .duration(1)
      .optional()
      .describe('Time a run may take; 30s for a script and 10s for an expression when left out.'),
    max_attempts: z
      .union([
        attempts(),
        z.strictObject({
          warning: attempts().optional().describe('Of the state warning.'),
          critical: attempts().optional().describe('Of the state critical.'),
          unknown: attempts().optional().describe('Of the state unknown.'),
        }),
      ])
      .meta({ expected: 'a whole number from 1 to 100, or a map from warning, critical and unknown to such numbers' })
      .optional()
      .describe('Results in a row before a problem is confirmed; 1 when left out.'),
    retry_interval: interval()
      .optional()
      .describe('Time between two runs while a state is not confirmed; the interval when left out.'),
    recovery_attempts: field
      .wholeNumber(1, 100)
      .optional()
      .describe('Good results in a row before a recovery is confirmed.'),
    flap_detection: z
      .union([
        field.flag(),
        z.strictObject({
          high: percent().optional().describe('It flaps from this share of changes on; 30 when left out.'),
          low: percent().optional().describe('It has settled below this share of changes; 20 when left out.'),
        }),
      ])
      .meta({ expected: 'true, false or a map of high and low' })
      .optional()
      .describe('Whether a state that changes all the time is told once, and not at every change.'),
    depends_on: z
      .union([field.text(), list('')])
      .meta({ expected: 'a check, or a list of checks, nodes, services and groups' })
      .optional()
      .describe('What has to work for this check to mean anything; while it does not, nobody is told of this one.'),
    service: field.text().optional().describe('The service it belongs to.'),
    repair: list('a list of actions').optional().describe('What may be done about a problem.'),
    handlers: texts().optional().describe('Ids of the handlers that are told; all of them when left out.'),
    severities: severities().optional().describe('New states that are told; all four when left out.'),
    severity_map: states().optional().describe('How grave a state is, if not as it says itself: {unknown: warning}.'),
    perf_thresholds: z
      .record(z.string(), thresholds())
      .meta({ expected: 'a map from labels to maps of warning and critical' })
      .optional()
      .describe('What the performance data of a plugin may be, by label; makes a state worse, never better.'),
    negate: states().optional().describe('States that are turned into others before all else: {ok: critical}.'),
    labels: z
      .record(z.string(), field.text())
      .meta({ expected: 'a map from names to texts' })
      .optional()
      .describe('Marks by which alerts are routed, and which templates show.'),
    runbook: field.text().optional().describe('What to do about a problem, or where that is written.'),
    thresholds: anyMap().optional().describe('Values for {configuration.thresholds.NAME}.'),
    enabled: field.flag().optional().describe('false: the check does not run.'),
    ...remarks('check'),
  }),
  expressions: (fields) => expressionsOf(fields, EXPRESSIONS),
};
