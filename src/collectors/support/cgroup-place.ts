import type { Host } from '../../net/host.ts';

const ROOT = '/sys/fs/cgroup';

/** Where the files of a control group are. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  /** The folder of a controller such as `memory`; with version 2 all have the same. */
  folder(controller: string): string;
}

/**
 * The control group that a file such as `/proc/self/cgroup` tells of; `undefined` when it tells of none. A system that has both versions
 * keeps its accounts in version 1.
 */
export function placeOf(cgroup: string): CgroupPlace | undefined {
  const paths = new Map<string, string>();
  let unified: string | undefined;
  for (const line of cgroup.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined || path.includes('/../')) continue;
    if (controllers === '') unified = path;
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  if (paths.has('memory') || paths.has('cpuacct'))
    return { version: 1, folder: (name) => folderOf(name, paths.get(name)) };
  return unified === undefined ? undefined : { version: 2, folder: () => joined(ROOT, unified) };
}

/** The control group of a slice of systemd, which lies in those that its name begins with: `a-b.slice` in `a.slice`. */
export function sliceOf(slice: string, version: 1 | 2): CgroupPlace {
  const words = slice.slice(0, -'.slice'.length).split('-');
  const path = words.map((_, at) => `/${words.slice(0, at + 1).join('-')}.slice`).join('');
  return { version, folder: (name) => (version === 1 ? folderOf(name, path) : joined(ROOT, path)) };
}

/** As `place`; in a container that sees its own group as the root of all, that root. */
export async function visible(place: CgroupPlace, host: Host): Promise<CgroupPlace> {
  if (await host.exists(place.folder('memory'))) return place;
  return { version: place.version, folder: (name) => (place.version === 1 ? folderOf(name, '/') : ROOT) };
}

const folderOf = (controller: string, path = '/'): string => joined(`${ROOT}/${controller}`, path);

const joined = (root: string, path: string): string => (path === '/' ? root : root + path);
