import { execFile, execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { certificateFiles, type MadeCertificate } from '../certificates.ts';
import { ownerOf } from './mariadb.ts';
import { type Server, startServer } from './server.ts';

/** A real PostgreSQL; its socket is in its folder. */
export interface Postgres extends Server {
  /** Carries out a statement as the user postgres; answers with what it prints. */
  sql(statement: string): Promise<string>;
}

const run = promisify(execFile);

/** Keeps little in memory and nothing safe. */
const SMALL = [
  // Not in /dev/shm, where nobody would clear up after it.
  'dynamic_shared_memory_type=mmap',
  'shared_buffers=1MB',
  'max_connections=20',
  'fsync=off',
  'autovacuum=off',
  'max_wal_senders=3',
];

interface Setting {
  /** How passwords are kept. */
  readonly hash?: 'scram-sha-256' | 'md5';
  /** What it shows those who want TLS. */
  readonly certificate?: MadeCertificate;
  /** The server whose data it copies, and goes on copying. */
  readonly of?: Postgres;
}

/** Starts a PostgreSQL of its own; the user postgres needs no password at the socket, everybody needs one at the port. */
export async function startPostgres(
  program: string,
  { hash = 'scram-sha-256', certificate, of }: Setting = {},
): Promise<Postgres> {
  const user = ownerOf('postgres');
  const tools = dirname(realpathSync(program));
  const server = await startServer(({ folder, port }) => {
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    if (user) for (const each of [folder, data]) chownSync(each, user.uid, user.gid);
    const use = (name: string, ...words: readonly string[]) =>
      execFileSync(join(tools, name), ['-D', data, '-U', 'postgres', ...words], {
        stdio: 'pipe',
        cwd: folder,
        ...user,
      });
    if (of) use('pg_basebackup', '-h', of.folder, '-p', `${of.port}`, '-R', '-X', 'stream', '-c', 'fast', '--no-sync');
    else {
      use('initdb', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--no-locale');
      writeFileSync(
        join(data, 'pg_hba.conf'),
        `local all,replication postgres trust\nhost all all 127.0.0.1/32 ${hash}\n`,
      );
    }
    const place = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`];
    const files = certificate && certificateFiles(folder, certificate, user);
    const tls = files ? ['ssl=on', `ssl_cert_file=${files.cert}`, `ssl_key_file=${files.key}`] : [];
    const settings = [...place, ...tls, `password_encryption=${hash}`, ...SMALL].flatMap((setting) => ['-c', setting]);
    return {
      argv: [program, '-D', data, ...settings],
      seconds: 30,
      stop: 'SIGINT',
      ...(user && { user }),
      answers: async () => (await sqlAt(tools, { folder, port }, 'SELECT 1')) === '1',
    };
  });
  return { ...server, sql: (statement) => sqlAt(tools, server, statement) };
}

async function sqlAt(
  tools: string,
  { folder, port }: { readonly folder: string; readonly port: number },
  statement: string,
): Promise<string> {
  const words = ['-X', '-A', '-t', '-h', folder, '-p', `${port}`, '-U', 'postgres', '-c', statement];
  return (await run(join(tools, 'psql'), words, { timeout: 10_000 })).stdout.trim();
}
