import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';

/** What is used of a JSON Schema here. */
interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
}

const WIDTH = 100;

/** The text of the JSON Schema of one kind of file, as it is shipped. Throws `not_found` with the kinds there are. */
export function schemaText(program: string, kind: string): string {
  const folder = join(program, 'schemas');
  const kinds = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
  if (kinds.includes(kind)) return readFileSync(join(folder, `${kind}.json`), 'utf8');
  const hint = didYouMean(kind, kinds) || `; possible: ${kinds.sort().join(', ')}`;
  throw new OpsbroError('not_found', `there is no kind of file "${kind}"${hint}`);
}

/** A file of that kind in YAML where every field is named with what it means and its default, none of them in effect. */
export function sampleOf(kind: string, schemaJson: string): string {
  const file = JSON.parse(schemaJson) as Schema;
  const object = file.properties?.[kind];
  const lines = object
    ? [`${kind}:`, ...fieldLines(object.anyOf?.[0]?.properties ?? {}, '  ')]
    : fieldLines(file.properties ?? {}, '');
  return [`# ${file.description ?? `A file of the kind ${kind}.`}`, ...lines, ''].join('\n');
}

function fieldLines(fields: Readonly<Record<string, Schema>>, indent: string): string[] {
  return Object.entries(fields).flatMap(([name, { description = '', default: value }]) => {
    if (/^Same as /.test(description) || isOtherSpelling(name, fields)) return [];
    const words = wrapped(description).map((line) => `${indent}# ${line}`);
    return ['', ...words, `${indent}#${name}:${value === undefined ? '' : ` ${JSON.stringify(value)}`}`];
  });
}

/** Keys may be written with dashes as well. */
const isOtherSpelling = (name: string, fields: Readonly<Record<string, Schema>>): boolean =>
  name.includes('-') && Object.hasOwn(fields, name.replaceAll('-', '_'));

/** The text in lines of a readable length. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
