import { isDeepStrictEqual } from 'node:util';
import type { AgentConfig } from '../config/agent-schema.ts';
import type { PackObject } from '../model/pack.ts';
import { problemsOf, type Written } from './written.ts';

/** Keys that take effect at once. */
const HOT: ReadonlySet<string> = new Set([
  'groups',
  'display_name',
  'history_keep',
  'history_max_size',
  'seeds',
  'proxy_node',
  'log_level',
  'collectors',
  'variables',
  'automatic_detection_topic_enabled',
  'monitoring_topic_enabled',
  'metrology_topic_enabled',
  'dns.enabled',
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
