import type { YamlMap } from '../model/pack.ts';
import type { Handler } from '../plugins/kinds.ts';
import { revisionsOf } from '../plugins/plugin.ts';
import type { Registry } from '../plugins/registry.ts';
import { type Configuration, type Digested, objectsOf } from './configuration.ts';
import { templateFolders } from './handler-desk.ts';

/** A handler as it is written: an object of its own, or the pack of its name. */
export interface WrittenHandler extends Digested {
  readonly id: string;
  readonly type: string;
  readonly fields: YamlMap;
  /** Folders with its templates, the first of which counts most. */
  readonly templates: readonly string[];
}

/** Handlers that are objects, and packs that carry the name of a kind of handler and are switched on. */
export function writtenHandlers(
  { packs }: Pick<Configuration, 'packs'>,
  plugins: Registry<Handler>,
): ReadonlyMap<string, WrittenHandler> {
  const written = new Map<string, WrittenHandler>();
  const code = revisionsOf(plugins);
  const add = (id: string, type: string, fields: YamlMap, templates: readonly string[]) =>
    written.set(id, { id, type, fields, templates, digest: JSON.stringify([type, fields, templates, code]) });
  for (const pack of packs.packs) {
    const { name, overloadedBy, parameters } = pack;
    const { enabled, enabled_if_group } = parameters;
    const isKind = overloadedBy === null && [...plugins].some((plugin) => plugin.name === name && plugin.pack !== null);
    if (isKind && (enabled === true || enabled_if_group !== undefined))
      add(name, name, parameters, templateFolders(packs, { packName: name }));
  }
  for (const object of objectsOf(packs, 'handler').values()) {
    const { definition } = object;
    const { id, type = '' } = definition;
    add(String(id ?? type), String(type), definition, templateFolders(packs, object));
  }
  return written;
}
