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
