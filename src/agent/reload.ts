import { isDeepStrictEqual } from 'node:util';
import type { AgentConfig } from '../config/agent-schema.ts';
import { OBJECT_SCHEMAS } from '../config/object-schemas.ts';
import type { PackObject, PackObjectType, PackSet } from '../model/pack.ts';
import { problemsOf, type Written } from './written.ts';

const OBJECT_TYPES = Object.keys(OBJECT_SCHEMAS) as readonly PackObjectType[];

/** Keys that take effect at once. */
const HOT: ReadonlySet<string> = new Set([
  'groups',
  'display_name',
  'history_keep',
  'history_max_size',
  'seeds',
  'proxy_node',
  'log_level',
  'log_format',
  'collectors',
  'variables',
  'automatic_detection_topic_enabled',
  'monitoring_topic_enabled',
  'metrology_topic_enabled',
  'dns',
  'statsd',
  'graphite',
  'watch',
  'http.anonymous_read',
]);

/**
 * What is in effect after a reload: what was read, but where that is broken, what was in effect before. Broken settings of the agent
 * keep all settings; a broken object keeps its former version.
 */
export function afterReload(before: Written, read: Written): Written {
  const loaded = read.loaded.fatal.length > 0 ? { ...before.loaded, problems: read.loaded.problems } : read.loaded;
  const broken = new Set(problemsOf(read).flatMap(({ level, file }) => (level === 'error' ? [file] : [])));
  const keyOf = ({ type, id }: PackObject) => `${type} ${id}`;
  const present = new Set(read.packs.objects.map(keyOf));
  const kept = before.packs.objects.filter((object) => broken.has(object.file) && !present.has(keyOf(object)));
  return { loaded, packs: { ...read.packs, objects: [...read.packs.objects, ...kept] } };
}

/** The keys that changed and count only after a restart, sorted. */
export function restartNeeded(before: AgentConfig, after: AgentConfig): string[] {
  const old = leavesOf(before);
  const fresh = leavesOf(after);
  const keys = new Set([...old.keys(), ...fresh.keys()]);
  return [...keys].filter((key) => !isHot(key) && !isDeepStrictEqual(old.get(key), fresh.get(key))).sort();
}

/** One thing that people changed. */
export interface Change {
  readonly change: 'added' | 'changed' | 'removed';
  /** `setting`, `variable`, `parameters`, or the type of an object. */
  readonly kind: string;
  /** The key, the pack whose parameters they are, or the id. */
  readonly name: string;
}

/** What is different between two states of what is in effect, sorted by kind and name. */
export function changesBetween(before: Written, after: Written): readonly Change[] {
  const kinds: [kind: string, of: (written: Written) => ReadonlyMap<string, unknown>][] = [
    ['setting', ({ loaded }) => leavesOf(loaded.config)],
    ['variable', ({ loaded }) => new Map(Object.entries(loaded.variables))],
    ['parameters', ({ packs }) => parametersIn(packs)],
    ...OBJECT_TYPES.map((type): [string, (written: Written) => ReadonlyMap<string, unknown>] => [
      type,
      ({ packs }) => definitionsIn(packs, type),
    ]),
  ];
  return kinds.flatMap(([kind, of]) => differences(kind, of(before), of(after)));
}

function differences(
  kind: string,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly Change[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name): Change[] => {
    if (!before.has(name)) return [{ change: 'added', kind, name }];
    if (!after.has(name)) return [{ change: 'removed', kind, name }];
    return isDeepStrictEqual(before.get(name), after.get(name)) ? [] : [{ change: 'changed', kind, name }];
  });
}

const parametersIn = ({ packs }: PackSet): ReadonlyMap<string, unknown> =>
  new Map(packs.filter(({ overloadedBy }) => overloadedBy === null).map(({ name, parameters }) => [name, parameters]));

const definitionsIn = ({ objects }: PackSet, type: PackObject['type']): ReadonlyMap<string, unknown> =>
  new Map(objects.filter((object) => object.type === type).map(({ id, definition }) => [id, definition]));

const isHot = (key: string): boolean => HOT.has(key) || HOT.has(key.split('.')[0] ?? '');

/** Every value of a configuration that is no map, by its key with dots. */
export function leavesOf(map: object, path = ''): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [name, value] of Object.entries(map)) {
    const key = path === '' ? name : `${path}.${name}`;
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isMap) for (const [below, leaf] of leavesOf(value, key)) leaves.set(below, leaf);
    else leaves.set(key, value);
  }
  return leaves;
}
