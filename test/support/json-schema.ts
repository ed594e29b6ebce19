type Schema = Readonly<Record<string, unknown>>;

/** Where a value differs from a JSON Schema; knows the words that the schemas of the product use, and fails at any other. */
export const differences = (schema: Schema, value: unknown): readonly string[] => below(schema, value, '$', schema);

function below(schema: Schema, value: unknown, path: string, root: Schema): readonly string[] {
  return Object.entries(schema).flatMap(([word, wanted]) => {
    const rule = RULES.get(word);
    if (!rule) throw new Error(`${path}: the word "${word}" of JSON Schema is not known here`);
    return rule({ wanted, value, path, schema, root });
  });
}

interface Case {
  readonly wanted: unknown;
  readonly value: unknown;
  readonly path: string;
  readonly schema: Schema;
  /** The whole file, in which references are looked up. */
  readonly root: Schema;
}

const none = () => [];
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const RULES = new Map<string, (one: Case) => readonly string[]>([
  ...['$schema', '$defs', 'title', 'description', 'default', 'examples', 'format'].map((word) => [word, none] as const),
  ['$ref', ({ wanted, value, path, root }) => below(referred(root, String(wanted)), value, path, root)],
  ['type', ({ wanted, value, path }) => complaint([wanted].flat().includes(typeOf(value, wanted)), path, 'type')],
  ['enum', ({ wanted, value, path }) => complaint((wanted as unknown[]).includes(value), path, 'enum')],
  ['const', ({ wanted, value, path }) => complaint(wanted === value, path, 'const')],
  [
    'pattern',
    ({ wanted, value, path }) => complaint(typeof value !== 'string' || matches(wanted, value), path, 'pattern'),
  ],
  [
    'minLength',
    ({ wanted, value, path }) =>
      complaint(typeof value !== 'string' || value.length >= Number(wanted), path, 'minLength'),
  ],
  [
    'minItems',
    ({ wanted, value, path }) => complaint(!Array.isArray(value) || value.length >= Number(wanted), path, 'minItems'),
  ],
  [
    'maxItems',
    ({ wanted, value, path }) => complaint(!Array.isArray(value) || value.length <= Number(wanted), path, 'maxItems'),
  ],
  [
    'minimum',
    ({ wanted, value, path }) => complaint(typeof value !== 'number' || value >= Number(wanted), path, 'minimum'),
  ],
  [
    'maximum',
    ({ wanted, value, path }) => complaint(typeof value !== 'number' || value <= Number(wanted), path, 'maximum'),
  ],
  [
    'required',
    ({ wanted, value, path }) =>
      complaint(!isMap(value) || (wanted as string[]).every((key) => key in value), path, 'required'),
  ],
  [
    'anyOf',
    ({ wanted, value, path, root }) =>
      complaint(
        (wanted as Schema[]).some((each) => below(each, value, path, root).length === 0),
        path,
        'anyOf',
      ),
  ],
  ['allOf', ({ wanted, value, path, root }) => (wanted as Schema[]).flatMap((each) => below(each, value, path, root))],
  [
    'items',
    ({ wanted, value, path, root }) =>
      Array.isArray(value)
        ? value.flatMap((item, index) => below(wanted as Schema, item, `${path}[${index}]`, root))
        : [],
  ],
  [
    'prefixItems',
    ({ wanted, value, path, root }) =>
      Array.isArray(value)
        ? (wanted as Schema[]).flatMap((each, index) => below(each, value[index], `${path}[${index}]`, root))
        : [],
  ],
  [
    'propertyNames',
    ({ wanted, value, path, root }) =>
      isMap(value) ? Object.keys(value).flatMap((key) => below(wanted as Schema, key, `${path}.${key}`, root)) : [],
  ],
  [
    'properties',
    ({ wanted, value, path, root }) =>
      isMap(value)
        ? Object.entries(wanted as Readonly<Record<string, Schema>>).flatMap(([key, each]) =>
            key in value ? below(each, value[key], `${path}.${key}`, root) : [],
          )
        : [],
  ],
  ['additionalProperties', additional],
]);

function additional({ wanted, value, path, schema, root }: Case): readonly string[] {
  if (!isMap(value) || wanted === true) return [];
  const known = Object.keys((schema['properties'] as object | undefined) ?? {});
  const others = Object.keys(value).filter((key) => !known.includes(key));
  if (wanted === false) return others.map((key) => `${path}.${key}: additionalProperties`);
  return others.flatMap((key) => below(wanted as Schema, value[key], `${path}.${key}`, root));
}

function referred(root: Schema, reference: string): Schema {
  const found = (root['$defs'] as Readonly<Record<string, Schema>> | undefined)?.[reference.replace('#/$defs/', '')];
  if (!found) throw new Error(`nothing is at ${reference}`);
  return found;
}

const complaint = (isRight: boolean, path: string, word: string) => (isRight ? [] : [`${path}: ${word}`]);
const matches = (pattern: unknown, text: string) => new RegExp(String(pattern), 'u').test(text);

function typeOf(value: unknown, wanted: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' && Number.isInteger(value) && [wanted].flat().includes('integer')) return 'integer';
  return typeof value;
}
