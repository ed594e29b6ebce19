import { z } from 'zod';
import { expression, expressionsOf, groupTest, interval, remarks, texts } from './common-fields.ts';
import type { ObjectKind } from './kind.ts';

/** A rule that puts the node into groups. */
export const DETECTOR: ObjectKind = {
  schema: z.object({
    add_groups: texts().describe('Groups the node is in while the rule is true; {{...}} within is filled in.'),
    apply_if: expression().describe('The rule.'),
    interval: interval().prefault('10s').describe('Time between two evaluations.'),
    if_group: groupTest().prefault('*').describe('Where the rule is tried at all.'),
    ...remarks('detector'),
  }),
  oldNames: new Map([['groups', 'add_groups']]),
  expressions: (fields) => expressionsOf(fields, ['apply_if']),
};
