import { execFile, execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ownerOf } from './mariadb.ts';
import { type Server, startServer } from './server.ts';

/** A real PostgreSQL; its socket is in its folder. */
export interface Postgres extends Server {
  /** Carries out a statement as the user postgres; answers with what it prints. */
  sql(statement: string): Promise<string>;
}

const run = promisify(execFile);

/** Starts a PostgreSQL of its own; the user postgres needs no password at the socket, everybody needs one at the port, hashed as told. */
export async function startPostgres(
  program: string,
  hash: 'scram-sha-256' | 'md5' = 'scram-sha-256',
): Promise<Postgres> {
  const user = ownerOf('postgres');
  const tools = dirname(realpathSync(program));
  const sqlAt = async ({ folder, port }: { readonly folder: string; readonly port: number }, statement: string) => {
    const words = ['-X', '-A', '-t', '-h', folder, '-p', `${port}`, '-U', 'postgres', '-c', statement];
    return (await run(join(tools, 'psql'), words, { timeout: 10_000 })).stdout.trim();
  };
  const server = await startServer(({ folder, port }) => {
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    if (user) for (const each of [folder, data]) chownSync(each, user.uid, user.gid);
    const create = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--no-locale'];
    execFileSync(join(tools, 'initdb'), create, { stdio: 'pipe', cwd: folder, ...user });
    writeFileSync(join(data, 'pg_hba.conf'), `local all postgres trust\nhost all all 127.0.0.1/32 ${hash}\n`);
    const small = {
      shared_buffers: '1MB',
      max_connections: '20',
      fsync: 'off',
      autovacuum: 'off',
      max_wal_senders: '0',
      wal_level: 'minimal',
    };
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: folder,
      password_encryption: hash,
      ...small,
    };
    return {
      argv: [program, '-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      seconds: 30,
      ...(user && { user }),
      answers: async () => (await sqlAt({ folder, port }, 'SELECT 1')) === '1',
    };
  });
  return { ...server, sql: (statement) => sqlAt(server, statement) };
}
