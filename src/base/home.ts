import { basename, dirname, join, resolve } from 'node:path';

/** Where one agent keeps its things on disk; the command line finds its agent by the same rule. All paths are absolute. */
export interface Home {
  /** Which rule gave it. `installed` is root's; only there the hosting driver names the node. */
  readonly kind: 'given' | 'checkout' | 'installed' | 'user';
  /** The one directory below which everything lies; for `installed` the configuration's. */
  readonly root: string;
  readonly config: string;
  readonly data: string;
  readonly log: string;
  /** Where the unix socket is wanted; where it really is stands in `socketPathFile` when the two differ. */
  readonly socket: string;
  readonly lock: string;
  /** Holds the real path of the socket when it is not at `socket`. */
  readonly socketPathFile: string;
  /** What is shipped with the program: sample files and packs; never written. */
  readonly shipped: string;
}

/** What the command line and the environment say about places. */
export interface HomeFlags {
  readonly home?: string | undefined;
  /** A directory, or a file in it. */
  readonly config?: string | undefined;
  readonly data?: string | undefined;
  readonly log?: string | undefined;
  readonly socket?: string | undefined;
  readonly lock?: string | undefined;
}

/** The world as far as the choice of a home depends on it. */
export interface HomeWorld {
  readonly env: { readonly OPSBRO_HOME?: string | undefined; readonly OPSBRO_SOCKET?: string | undefined };
  readonly flags: HomeFlags;
  readonly uid: number;
  readonly cwd: string;
  /** The user's own directory. */
  readonly userHome: string;
  /** The folder that holds this program's package.json. */
  readonly program: string;
  exists(path: string): boolean;
}

type Places = Pick<Home, 'kind' | 'root' | 'config' | 'data' | 'log' | 'socket' | 'lock'>;

/** Chooses the home: the one that was given, else the checkout's, else root's, else the user's. Single places may be given apart. */
export function findHome(world: HomeWorld): Home {
  const { flags, env, cwd } = world;
  const home = places(world);
  const given = (path: string | undefined) => (path === undefined || path === '' ? undefined : resolve(cwd, path));
  const config = given(flags.config);
  const data = given(flags.data);
  const log = given(flags.log);
  return {
    ...home,
    config: config === undefined ? home.config : directoryOf(config),
    data: data ?? home.data,
    log: log ?? home.log,
    socket: given(flags.socket) ?? given(env.OPSBRO_SOCKET) ?? moved(home.socket, home.data, data),
    lock: given(flags.lock) ?? moved(home.lock, home.log, log),
    socketPathFile: join(data ?? home.data, 'socket-path'),
    shipped: join(world.program, 'etc'),
  };
}

function places(world: HomeWorld): Places {
  const given = world.flags.home ?? world.env.OPSBRO_HOME;
  if (given !== undefined && given !== '') {
    const root = resolve(world.cwd, given);
    return { kind: 'given', root, config: join(root, 'etc'), ...below(root) };
  }
  if (isCheckout(world)) {
    return {
      kind: 'checkout',
      root: world.program,
      config: join(world.program, 'data', 'etc'),
      ...below(world.program),
    };
  }
  if (world.uid === 0) return INSTALLED;
  const root = join(world.userHome, '.opsbro');
  return { kind: 'user', root, config: join(root, 'etc'), ...below(root) };
}

const INSTALLED: Places = {
  kind: 'installed',
  root: '/etc/opsbro',
  config: '/etc/opsbro',
  data: '/var/lib/opsbro',
  log: '/var/log/opsbro',
  socket: '/run/opsbro/opsbro.sock',
  lock: '/run/opsbro/opsbro.lock',
};

function below(root: string): Pick<Home, 'data' | 'log' | 'socket' | 'lock'> {
  return {
    data: join(root, 'data'),
    log: join(root, 'log'),
    socket: join(root, 'data', 'opsbro.sock'),
    lock: join(root, 'log', 'opsbro.lock'),
  };
}

/** The shipped `etc` of a checkout is not the user's: what he writes is below `data`, which is not under version control. */
function isCheckout({ program, exists }: HomeWorld): boolean {
  const parts = program.split('/');
  return !parts.includes('node_modules') && exists(join(program, 'package.json')) && exists(join(program, 'etc'));
}

/** A file given as the configuration stands for its directory. */
function directoryOf(path: string): string {
  return /\.(ya?ml|json)$/.test(basename(path)) ? dirname(path) : path;
}

/** A file goes along when the directory it would lie in was moved. */
function moved(file: string, from: string, to: string | undefined): string {
  return to !== undefined && dirname(file) === from ? join(to, basename(file)) : file;
}
