import { z } from 'zod';
import * as field from '../fields.ts';
import { severities } from './common-fields.ts';
import type { ObjectKind } from './kind.ts';

/** A way to tell people. Keys that are not fields are options of its kind. */
export const HANDLER: ObjectKind = {
  schema: z.object({
    type: field
      .text()
      .describe('The kind of handler, such as mail or slack; its further fields are those of that kind.'),
    id: field.text().optional().describe('The name checks use in handlers; the type when left out.'),
    severities: severities().optional().describe('New states that are told; all four when left out.'),
    enabled: field.flag().optional().describe('false: nothing is told.'),
  }),
};
