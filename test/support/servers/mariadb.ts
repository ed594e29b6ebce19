import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { certificateFiles, type MadeCertificate } from '../certificates.ts';
import { program } from '../services.ts';
import { freePort, isRoot, type Server, startServer } from './server.ts';

/** A real MariaDB. */
export interface MariaDb extends Server {
  readonly socket: string;
  /** Carries out statements as root; answers with what they print, columns by tabs. */
  sql(statements: string): Promise<string>;
}

const run = promisify(execFile);

/** Small: tests start several, and keep nothing. */
const SMALL = [
  '--skip-name-resolve',
  '--skip-log-bin',
  '--performance-schema=OFF',
  '--innodb-buffer-pool-size=16M',
  '--innodb-log-file-size=8M',
  '--innodb-log-buffer-size=1M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--innodb-buffer-pool-dump-at-shutdown=0',
  '--innodb-buffer-pool-load-at-startup=0',
  '--innodb-autoinc-lock-mode=2',
  '--binlog-format=ROW',
  '--key-buffer-size=1M',
  '--aria-pagecache-buffer-size=4M',
  '--table-open-cache=200',
  '--max-connections=50',
];

interface Setting {
  readonly options?: readonly string[];
  /** What it shows those who want TLS. */
  readonly certificate?: MadeCertificate;
  /** Where its tables come from; made anew when left out. */
  readonly tables?: 'from its cluster';
}

/** Starts a MariaDB of its own, with no user but root, who needs no password at the socket. */
export async function startMariaDb(
  path: string,
  { options = [], certificate, tables }: Setting = {},
): Promise<MariaDb> {
  const user = ownerOf('mysql');
  const server = await startServer(({ folder, port }) => {
    const [data, temp] = [join(folder, 'data'), join(folder, 'temp')];
    for (const each of [data, temp]) mkdirSync(each);
    if (user) for (const each of [folder, data, temp]) chownSync(each, user.uid, user.gid);
    const name = user ? 'mysql' : userInfo().username;
    if (tables === undefined) install(data, name);
    const socket = join(folder, 'sock');
    const place = [`--datadir=${data}`, `--tmpdir=${temp}`, `--socket=${socket}`, `--pid-file=${join(folder, 'pid')}`];
    const listen = ['--bind-address=127.0.0.1', `--port=${port}`];
    const files = certificate && certificateFiles(folder, certificate, user);
    const tls = files ? [`--ssl-cert=${files.cert}`, `--ssl-key=${files.key}`] : [];
    return {
      argv: [path, '--no-defaults', `--user=${name}`, ...place, ...listen, ...SMALL, ...tls, ...options],
      seconds: 30,
      ...(user && { user }),
      answers: async () => (await sqlAt(socket, 'SELECT 1')).startsWith('1'),
    };
  });
  const socket = join(server.folder, 'sock');
  return { ...server, socket, sql: (statements) => sqlAt(socket, statements) };
}

async function sqlAt(socket: string, statements: string): Promise<string> {
  const words = ['--no-defaults', '-N', '-B', '-S', socket, '-uroot', '-e', statements];
  return (await run('mariadb', words, { timeout: 10_000 })).stdout;
}

function install(data: string, user: string): void {
  execFileSync(program('mariadb-install-db') ?? 'mariadb-install-db is not installed', [
    '--no-defaults',
    `--user=${user}`,
    `--datadir=${data}`,
    '--skip-test-db',
    '--auth-root-authentication-method=normal',
    '--innodb-log-file-size=8M',
    '--innodb-doublewrite=0',
    '--innodb-flush-log-at-trx-commit=0',
  ]);
}

/** The system's user of that name, when we may start programs as him. */
export function ownerOf(name: string): { readonly uid: number; readonly gid: number } | undefined {
  if (!isRoot) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, name]).toString());
  return { uid: id('-u'), gid: id('-g') };
}

const LIBRARIES = [
  '/usr/lib/galera/libgalera_smm.so',
  '/usr/lib/libgalera_smm.so',
  '/usr/lib64/galera/libgalera_smm.so',
];

/** Where the library of Galera is; `undefined` when it is not installed. */
export const galeraLibrary = (): string | undefined => LIBRARIES.find((path) => existsSync(path));

/** A cluster of Galera that works. Disposing of it ends all its members. */
export interface Galera extends AsyncDisposable {
  readonly members: readonly MariaDb[];
}

/** Starts a cluster of so many members, one after the other. */
export async function startGalera(path: string, library: string, size: number): Promise<Galera> {
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const all = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const members: MariaDb[] = [];
  const cluster: Galera = {
    members,
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
    },
  };
  try {
    for (const [at, port] of ports.entries()) {
      const start = () => startMember(path, { library, at, port, all });
      // A port that was free may be somebody's when the program that copies tables comes to it.
      members.push(await start().catch(start));
    }
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  return cluster;
}

interface Membership {
  readonly library: string;
  readonly at: number;
  readonly port: number;
  readonly all: string;
}

async function startMember(path: string, { library, at, port, all }: Membership): Promise<MariaDb> {
  const [changes, copies] = [await freePort(), await freePort()];
  const provider = [
    `base_host=127.0.0.1;base_port=${port};gmcast.listen_addr=tcp://127.0.0.1:${port}`,
    `ist.recv_addr=127.0.0.1:${changes};pc.recovery=false;gcache.size=4M;gcache.page_size=4M`,
  ].join(';');
  const options = [
    '--wsrep-on=ON',
    `--wsrep-provider=${library}`,
    `--wsrep-provider-options=${provider}`,
    '--wsrep-cluster-name=test',
    `--wsrep-node-name=node${at}`,
    '--wsrep-node-address=127.0.0.1',
    '--wsrep-sst-method=rsync',
    `--wsrep-sst-receive-address=127.0.0.1:${copies}`,
    '--wsrep-slave-threads=1',
  ];
  if (at === 0) {
    const first = ['--wsrep-new-cluster', '--wsrep-cluster-address=gcomm://'];
    return await startMariaDb(path, { options: [...options, ...first] });
  }
  return await startMariaDb(path, {
    options: [...options, `--wsrep-cluster-address=gcomm://${all}`],
    tables: 'from its cluster',
  });
}
