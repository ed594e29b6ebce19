import { z } from 'zod';
import type { Yaml } from '../../model/pack.ts';
import * as field from '../fields.ts';
import type { Path } from '../yaml-place.ts';
import { isMapping } from '../yaml-value.ts';
import type { Fields } from './kind.ts';

/** Kinds of fields that several types of objects have. */

export const expression = () => field.text().meta({ expected: 'an expression' });

export const expressions = () =>
  z.record(z.string(), expression()).meta({ expected: 'a map from names to expressions' });

export const groupTest = () =>
  z
    .union([z.string(), z.boolean(), z.array(z.string())])
    .meta({ expected: 'a group, a test such as "linux and not docker-container", or "*" for everywhere' });

/** Time between two runs, at least a second. */
export const interval = () => field.duration(1_000);

export const severities = () =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((written) => (Array.isArray(written) ? written : [written]))
    .pipe(z.array(z.enum(['ok', 'warning', 'critical', 'unknown'])))
    .meta({ expected: 'a list of ok, warning, critical and unknown' });

export const anyMap = () => z.record(z.string(), z.unknown()).meta({ expected: 'a map' });

export const texts = () =>
  z.union([field.text(), z.array(field.text())]).meta({ expected: 'a text or a list of texts' });

/** A command: a line for the shell, or a list of program and arguments. */
export const command = () =>
  z
    .union([field.text(), z.array(field.text())])
    .meta({ expected: 'a command line, or a list of a program and its arguments' });

/** A remark under its present and its old name. */
export const remarks = (owner: string) => ({
  notes: field.text().optional().describe(`A remark, shown with the ${owner}.`),
  note: field.text().optional().describe('Same as notes.'),
});

/** The expressions in these fields, those of maps one by one. */
export function* expressionsOf(fields: Fields, names: readonly string[]): Iterable<readonly [Path, Yaml]> {
  for (const name of names) {
    const value = fields.get(name);
    if (isMapping(value)) for (const [key, part] of Object.entries(value)) yield [[name, key], part];
    else if (value !== undefined) yield [[name], value];
  }
}
