import { z } from 'zod';
import * as field from '../fields.ts';
import type { ObjectKind } from './kind.ts';

/** A recording of a terminal, in the file `tutorial-data.json` beside it. */
export const TUTORIAL: ObjectKind = {
  schema: z.object({
    title: field.text().prefault('no tutorial title').describe('Shown in the list.'),
  }),
};
