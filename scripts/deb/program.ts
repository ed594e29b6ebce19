import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Names of processors, as Debian and as Node call them. */
const NODE_NAMES: ReadonlyMap<string, string> = new Map([
  ['amd64', 'x64'],
  ['arm64', 'arm64'],
]);

/** Files that a running program never reads; sources in TypeScript are no use below `node_modules`. */
const DEAD_WEIGHT =
  /\.(?:map|tsbuildinfo|gyp|gypi)$|\/node_modules\/.*\.[cm]?ts$|\/(?:deps|docs|\.github)\/|\/node_modules\/(?:@types|undici-types)\//;

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
}

interface Program {
  /** The checkout, which is built. */
  readonly root: string;
  /** Where modules are to lie: the program itself becomes one of them, as `npm install` lays it out. */
  readonly modules: string;
  /** The processor it is for, in the words of Debian. */
  readonly architecture: string;
}

/** Lays out the program and the libraries it needs, as an installation by npm would, without what no program reads. */
export async function layOut({ root, modules, architecture }: Program): Promise<void> {
  const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly files: readonly string[];
  };
  const own = join(modules, 'opsbro');
  for (const name of ['package.json', 'LICENSE', ...files]) await copy(join(root, name), join(own, name));
  for (const path of await libraries(root)) await copy(join(root, path), join(dirname(modules), path));
  await keepBuildsFor(architecture, modules);
}

/** The folders of all libraries that are needed to run. */
async function libraries(root: string): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const needed = Object.entries(lock.packages).filter(([path, { dev, peer }]) => path !== '' && !dev && !peer);
  const paths = needed.map(([path]) => path);
  // Nested ones come with the folder they are in.
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, filter: (source) => !DEAD_WEIGHT.test(source) }).catch((error: unknown) => {
    // An optional library of another system is not installed here.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
}

/** Removes what libraries bring for other systems. */
async function keepBuildsFor(architecture: string, modules: string): Promise<void> {
  const wanted = `linux-${NODE_NAMES.get(architecture) ?? architecture}`;
  for (const library of await readdir(modules)) {
    const builds = join(modules, library, 'prebuilds');
    const names = await readdir(builds).catch(() => []);
    for (const name of names) if (name !== wanted) await rm(join(builds, name), { recursive: true });
  }
}
