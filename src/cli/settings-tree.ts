/** Settings as they lie within each other. */
export interface Branch {
  readonly [key: string]: unknown;
}

/** The settings, given by keys with dots, as maps within maps. A key that is a value already has no place for keys below it. */
export function treeOf(settings: Iterable<readonly [key: string, value: unknown]>): Branch {
  const root = new Map<string, unknown>();
  for (const [key, value] of settings) {
    const steps = key.split('.');
    const last = steps.pop() ?? key;
    let at = root;
    for (const step of steps) {
      const known = at.get(step);
      const below: Map<string, unknown> = known instanceof Map ? known : new Map();
      at.set(step, below);
      at = below;
    }
    at.set(last, value);
  }
  return branchOf(root);
}

/** The tree as lines of YAML; behind a setting that `origins` knows, by its key with dots, stands where it comes from. */
export function branchLines(branch: Branch, origins: ReadonlyMap<string, string>, path = ''): string[] {
  const indent = '  '.repeat(path === '' ? 0 : path.split('.').length);
  return Object.entries(branch).flatMap(([name, value]) => {
    const key = path === '' ? name : `${path}.${name}`;
    if (isBranch(value)) return [`${indent}${name}:`, ...branchLines(value, origins, key)];
    const origin = origins.get(key);
    return [`${indent}${name}: ${JSON.stringify(value ?? null)}${origin === undefined ? '' : `  # ${origin}`}`];
  });
}

const branchOf = (map: ReadonlyMap<string, unknown>): Branch =>
  Object.fromEntries([...map].map(([key, value]) => [key, value instanceof Map ? branchOf(value) : value]));

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
