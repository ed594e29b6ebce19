import { z } from 'zod';
import type { Yaml } from '../../model/pack.ts';
import * as field from '../fields.ts';
import type { Path } from '../yaml-place.ts';
import { isList, isMapping } from '../yaml-value.ts';
import { anyMap, expression, expressions, interval, remarks, texts } from './common-fields.ts';
import type { Fields, ObjectKind, Remark } from './kind.ts';

const TYPES = ['file-rights', 'get-url', 'package-install', 'repository', 'system-user'] as const;

const ENVIRONMENT = z.object({
  name: field.text().prefault('no name').describe('Name to show.'),
  if: expression().prefault('True').describe('The first environment whose test holds is the one.'),
  parameters: anyMap().prefault({}).describe('What the rule is about.'),
  post_commands: texts().optional().describe('Run after something was put right, instead of those of the rule.'),
});

const RULE = z.object({
  type: field.oneOf(TYPES).describe('What is looked after.'),
  name: field.text().optional().describe('Name to show.'),
  variables: expressions().prefault({}).describe('Values that are worked out first, for {{variables.NAME}}.'),
  environments: z
    .array(ENVIRONMENT)
    .meta({ expected: 'a list of environments' })
    .optional()
    .describe('Machines that differ in their parameters.'),
  parameters: anyMap().optional().describe('What the rule is about, when there are no environments.'),
  post_commands: texts().optional().describe('Commands that are run after something was put right.'),
});

/** Rules about the state of the system, which is looked at or put right. */
export const COMPLIANCE: ObjectKind = {
  schema: z.object({
    name: field.text().optional().describe('The name commands use; the last part of the id when left out.'),
    mode: field.oneOf(['audit', 'enforcing']).prefault('audit').describe('audit only looks; enforcing puts right.'),
    verify_if: expression().prefault('False').describe('The rules are looked at while this holds.'),
    rule: RULE.optional().describe('The one rule.'),
    rules: z.array(RULE).meta({ expected: 'a list of rules' }).optional().describe('Several rules, in their order.'),
    interval: interval().prefault('60s').describe('Time between two looks.'),
    ...remarks('rules'),
  }),
  expressions: expressionsIn,
  judge: oneRule,
};

function* oneRule(fields: Fields): Iterable<Remark> {
  const rules = fields.get('rules');
  if (fields.has('rule') || (isList(rules) && rules.length > 0)) return;
  yield { level: 'error', at: [], message: 'there is no rule (expected rule or rules)' };
}

function* expressionsIn(fields: Fields): Iterable<readonly [Path, Yaml]> {
  const verify = fields.get('verify_if');
  if (verify !== undefined) yield [['verify_if'], verify];
  yield* expressionsOfRule(fields.get('rule'), ['rule']);
  for (const [index, rule] of listed(fields.get('rules')).entries()) yield* expressionsOfRule(rule, ['rules', index]);
}

function* expressionsOfRule(rule: Yaml | undefined, at: Path): Iterable<readonly [Path, Yaml]> {
  if (!isMapping(rule)) return;
  const { variables = null, environments = null } = rule;
  for (const [name, value] of isMapping(variables) ? Object.entries(variables) : [])
    yield [[...at, 'variables', name], value];
  for (const [index, environment] of listed(environments).entries()) {
    const test = isMapping(environment) ? environment['if'] : undefined;
    if (test !== undefined) yield [[...at, 'environments', index, 'if'], test];
  }
}

const listed = (value: Yaml | undefined): readonly Yaml[] => (isList(value) ? value : []);
