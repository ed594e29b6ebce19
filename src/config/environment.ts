import type { Yaml, YamlMap } from '../model/pack.ts';
import { AgentConfig } from './agent-schema.ts';
import { faultOf } from './fault.ts';
import { fieldsOf, valuesOf } from './schema-walk.ts';
import type { Settlement } from './settle.ts';
import { parseYaml } from './yaml.ts';

type Field = Parameters<typeof fieldsOf>[0];

/**
 * Takes the settings of the environment: `OPSBRO_PORT`, of maps `OPSBRO_HTTP__PORT`; lists are separated by commas. Other names that
 * begin with `OPSBRO_` are not ours to judge.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, settlement: Settlement): void {
  for (const { path, field } of leaves(AgentConfig, [])) {
    const name = environmentName(path);
    const written = env[name];
    if (written === undefined || written === '') continue;
    const source = { name: `environment ${name}`, placeOf: () => ({ line: 0, column: 0 }) };
    settlement.take(nested(path, meant(field, written)), source, 'replace');
  }
}

/** The variable that sets the key at this path. */
export const environmentName = (path: readonly string[]): string => `OPSBRO_${path.join('__').toUpperCase()}`;

/** A field that takes one of these takes lists. */
const LISTS: readonly Yaml[] = [['x'], ['127.0.0.1']];

/** The text itself, what YAML makes of it, or a list of its parts: whichever the field takes, else the text. */
function meant(field: Field, written: string): Yaml {
  const scalar = parseYaml(written, '').documents[0]?.value ?? written;
  const list = written.split(',').map((part) => part.trim());
  const takesLists = LISTS.some((example) => faultOf(field, example, '') === undefined);
  const choices: readonly Yaml[] = takesLists ? [list] : [written, scalar];
  return choices.find((choice) => faultOf(field, choice, '') === undefined) ?? written;
}

function* leaves(schema: Field, path: readonly string[]): Generator<{ path: readonly string[]; field: Field }> {
  for (const [name, field] of Object.entries(fieldsOf(schema) ?? {})) {
    if (fieldsOf(field)) yield* leaves(field, [...path, name]);
    else if (!valuesOf(field)) yield { path: [...path, name], field };
  }
}

/** A value below a path of keys. */
export function nested([key = '', ...rest]: readonly string[], value: Yaml): YamlMap {
  return { [key]: rest.length === 0 ? value : nested(rest, value) };
}
