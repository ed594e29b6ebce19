import { didYouMean } from '../base/nearest.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { placeOf } from '../config/origin.ts';
import type { PackSet, Problem } from '../model/pack.ts';
import { objectsOf } from '../runtime/configuration.ts';
import { nameOfWritten } from '../runtime/written-collectors.ts';
import type { Plugins } from './plugins.ts';

interface WrittenParts {
  readonly config: Pick<AgentConfig, 'checks' | 'collectors'>;
  /** Where each key was written, as `file:line`. */
  readonly origins: ReadonlyMap<string, string>;
  readonly packs: PackSet;
}

/** Settings of agent.yml for kinds of checks and for collectors that there are not: they have no effect. */
export function unknownNames(
  { config, origins, packs }: WrittenParts,
  { checks, collectors, pollsters }: Pick<Plugins, 'checks' | 'collectors' | 'pollsters'>,
): Problem[] {
  const kinds = new Set([...checks].map(({ name }) => name));
  const written = [...objectsOf(packs, 'collector').keys()].map(nameOfWritten);
  const known = new Set([...[...collectors, ...pollsters].map(({ name }) => name), ...written]);
  const warning = (path: string, name: string, message: string): Problem => {
    const key = `${path}.${name}`;
    return { level: 'warning', ...placeOf(origins, [key, path], 'agent.yml'), key, message };
  };
  return [
    ...Object.keys(config.checks.defaults)
      .filter((name) => !kinds.has(name))
      .map((name) => warning('checks.defaults', name, `no kind of check is named "${name}"${didYouMean(name, kinds)}`)),
    ...Object.keys(config.collectors)
      .filter((name) => !known.has(name))
      .map((name) => warning('collectors', name, `no collector is named "${name}"${didYouMean(name, known)}`)),
  ];
}
