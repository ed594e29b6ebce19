import type { Yaml } from '../model/pack.ts';

const COLLECTOR = /\{\s*collector\.([A-Za-z0-9_-]+)/g;

/** Names of the collectors whose data the texts of an object name, whatever kind of object it is. */
export function collectorsIn(written: Yaml): ReadonlySet<string> {
  const names = new Set<string>();
  visit(written, names);
  return names;
}

function visit(written: Yaml, names: Set<string>): void {
  if (typeof written === 'string') for (const [, name = ''] of written.matchAll(COLLECTOR)) names.add(name);
  else if (typeof written === 'object' && written !== null)
    for (const each of Object.values(written)) visit(each, names);
}
