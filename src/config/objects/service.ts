import { z } from 'zod';
import * as field from '../fields.ts';
import { anyMap, groupTest, remarks } from './common-fields.ts';
import type { ObjectKind } from './kind.ts';

/** Something the node offers, judged by a check of its own. */
export const SERVICE: ObjectKind = {
  schema: z.object({
    check: anyMap().describe('The check that judges the service.'),
    name: field.text().optional().describe('Name to show.'),
    if_group: groupTest().optional().describe('Where the service runs.'),
    ...remarks('service'),
  }),
};
