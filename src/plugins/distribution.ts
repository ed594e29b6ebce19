import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import { known } from './trees.ts';

/** What a machine says of its distribution, as far as it says it. */
export interface DistributionSources {
  /** The content of `/etc/os-release`. */
  readonly release: string | undefined;
  /** The content of `/etc/debian_version`. */
  readonly debian: string | undefined;
  /** It has the version file of Synology's system, which has no `os-release`. */
  readonly isSynology: boolean;
}

/** Names under which a distribution is known here, where they are not its own. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['rhel', 'redhat'],
  ['ol', 'oracle-linux'],
  ['sles', 'opensuse'],
]);

/** The branch `os.linux`: `distribution`, `id`, `version`, `release`, `major_version` and `minor_version`, null where the version is no number. */
export function distributionOf({ release = '', debian, isSynology }: DistributionSources): Metrics {
  const fields = parseRelease(release);
  const id = fields.get('ID') ?? (isSynology ? 'synology' : undefined);
  const version = fields.get('VERSION_ID');
  const [major, minor] = numbersOf(version);
  return known({
    distribution: id === undefined ? undefined : nameOf(id, major),
    id,
    version,
    release: id === 'debian' && debian?.includes('.') ? debian : undefined,
    major_version: major,
    minor_version: minor,
  });
}

function nameOf(id: string, major: number | null): string {
  if (id === 'amzn') return major !== null && isFirstAmazon(major) ? 'amazon-linux' : 'amazon-linux2';
  return id.startsWith('opensuse') ? 'opensuse' : (NAMES.get(id) ?? id);
}

/** The first Amazon Linux was numbered by its years, of which the last is 2018; so is the third, from 2023 on. */
const isFirstAmazon = (major: number): boolean => major === 1 || (major > 2_000 && major < 2_020);

function numbersOf(version: string | undefined): readonly [number | null, number | null] {
  const [major, minor = '0'] = version?.split('.') ?? [];
  const first = numberIn(major) ?? null;
  return [first, first === null ? null : (numberIn(minor) ?? null)];
}

/** The `NAME=value` lines, quotes taken off. */
function parseRelease(release: string): ReadonlyMap<string, string> {
  return new Map(
    [...release.matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm)].map(([, name = '', , value = '']) => [name, value] as const),
  );
}
