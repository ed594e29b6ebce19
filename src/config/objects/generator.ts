import { z } from 'zod';
import * as field from '../fields.ts';
import { command, expression, expressionsOf, interval, remarks } from './common-fields.ts';
import type { Fields, ObjectKind, Remark } from './kind.ts';

/** Below the directory `templates` beside the file; nothing leads out of it. */
const templateName = () =>
  z
    .string()
    .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+$/)
    .meta({ expected: 'the name of a file in templates/, without .. and not beginning with a slash' });

/** A file that is made from a template. */
export const GENERATOR: ObjectKind = {
  schema: z.object({
    path: field.path().describe('The file that is written.'),
    template: templateName().describe('The template, a file in the directory templates beside this one.'),
    generate_if: expression().prefault('False').describe('The file is written while this holds.'),
    partial_start: field
      .text()
      .prefault('')
      .describe('Line before the part that is written; the whole file when empty.'),
    partial_end: field.text().prefault('').describe('Line after the part that is written.'),
    if_partial_missing: field
      .oneOf(['append', ''])
      .prefault('')
      .describe('append: a file without these lines gets them at its end.'),
    command: command().prefault('').describe('What is run after the file was written.'),
    owner: field.text().optional().describe('Owner of the file; as it is when left out.'),
    group: field.text().optional().describe('Group of the file; as it is when left out.'),
    mode: field
      .textLike(/^[0-7]{3,4}$/, 'a file mode such as 644')
      .optional()
      .describe('Mode of the file; as it is when left out.'),
    interval: interval().prefault('1s').describe('Time between two looks at what the file is made from.'),
    ...remarks('generator'),
  }),
  expressions: (fields) => expressionsOf(fields, ['generate_if']),
  judge: markers,
};

function* markers(fields: Fields): Iterable<Remark> {
  const isSet = (name: string) => (fields.get(name) ?? '') !== '';
  for (const [name, other] of [
    ['partial_start', 'partial_end'],
    ['partial_end', 'partial_start'],
  ] as const) {
    if (isSet(name) && !isSet(other)) {
      yield { level: 'error', at: [name], message: `stands without ${other} (expected both or none)` };
    }
  }
}
