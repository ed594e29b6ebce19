/** As much of JSON schema as the reference shows. */
export interface JsonType {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonType[];
  readonly items?: JsonType;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonType>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonType | boolean;
}

/** A type in a few words, such as `list of string or number`. */
export function typeText({ type, enum: choices, const: only, anyOf, items, ...map }: JsonType): string {
  if (choices) return choices.map((choice) => (choice === '' ? 'nothing' : String(choice))).join(', ');
  if (only !== undefined) return String(only);
  if (anyOf) return [...new Set(anyOf.map(typeText))].join(' or ');
  if (type === 'array') return items ? `list of ${typeText(items)}` : 'list';
  if (type === 'object' && typeof map.additionalProperties === 'object' && !map.properties) {
    return `map to ${typeText(map.additionalProperties)}`;
  }
  return typeof type === 'string' ? type : (type?.join(' or ') ?? 'any');
}

/** What a value is and which fields it has, such as "a list of objects with `name`, `state`"; optional fields end in `?`. */
export function shapeText(type: JsonType): string {
  const fields = Object.keys(type.properties ?? {}).map(
    (name) => `\`${name}${type.required?.includes(name) ? '' : '?'}\``,
  );
  const { additionalProperties: more, items, anyOf } = type;
  if (fields.length > 0)
    return `an object with ${fields.join(', ')}${more === false ? '' : isOpen(type) ? ' and more' : ''}`;
  if (items) return `a list of ${many(items)}`;
  if (typeof more === 'object') return `a map to ${many(more)}`;
  if (anyOf) return [...new Set(anyOf.map(shapeText))].join(', or ');
  const words = typeText(type);
  return ONE.get(words) ?? words;
}

/** One value of a type that has no fields. */
const ONE = new Map([
  ['string', 'a string'],
  ['any', 'any value'],
]);

const many = (type: JsonType): string => shapeText(type).replace(/^an? (object|map|list|string)/, '$1s');

const isOpen = ({ additionalProperties: more }: JsonType): boolean => more !== undefined && more !== false;
