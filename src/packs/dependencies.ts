import { join } from 'node:path';
import type { Problem } from '../model/pack.ts';
import type { DescribedPack } from './descriptor.ts';
import { isInRange } from './version-range.ts';

/** What packs may rely on was called 1.0 when the first of them were written. */
const CORE_VERSION = '1.0.0';

/** What a pack needs and does not get from those in use: another pack is an error, a version of the product is a warning. */
export function unmetDependencies(pack: DescribedPack, inUse: ReadonlyMap<string, DescribedPack>): Problem[] {
  const problems: Problem[] = [];
  for (const [name, range] of Object.entries(pack.descriptor.dependencies)) {
    const found = name === 'core' ? { level: 'warning' as const, version: CORE_VERSION } : versionOf(name, inUse);
    const message = found ? faultOf(name, found.version, range) : `no pack is named "${name}"`;
    if (message === undefined) continue;
    const key = `dependencies.${name}`;
    const place = pack.placeOf(['dependencies', name]);
    problems.push({
      level: found?.level ?? 'error',
      file: join(pack.directory, 'package.yml'),
      ...place,
      key,
      message,
    });
  }
  return problems;
}

function versionOf(name: string, inUse: ReadonlyMap<string, DescribedPack>) {
  const other = inUse.get(name);
  return other && { level: 'error' as const, version: other.descriptor.version };
}

function faultOf(name: string, version: string, range: string): string | undefined {
  const isMet = isInRange(version, range);
  if (isMet === undefined) return `"${range}" is no range of versions (expected such as ">=1.0", "^1.2" or "*")`;
  return isMet ? undefined : `needs ${name} ${range}, but ${version} is here`;
}
