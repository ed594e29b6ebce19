type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value of a JSON document is an object. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
