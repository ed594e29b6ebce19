import type { Host } from '../../net/host.ts';
import { ProbeError } from '../../openstack/metric.ts';
import { readIfThere } from '../../plugins/files.ts';
import { converse, type Place, waysTo } from './conversation.ts';
import { type MysqlTexts, textsIn } from './galera-maas.ts';
import { type AskMysql, type MysqlLogin, speakMysql } from './mysql-client.ts';
import { clientOptions } from './mysql-options.ts';

/** Where a server is, as its options say; what they leave empty is in the defaults file. */
export interface GaleraServer {
  readonly host: string;
  readonly port: number;
  readonly socket: string;
  readonly defaults_file: string;
}

/** What is asked. */
export const STATEMENTS = { all: 'SHOW GLOBAL STATUS', queries: "SHOW GLOBAL STATUS LIKE 'Queries'" } as const;

/** One of them. */
export type Statement = (typeof STATEMENTS)[keyof typeof STATEMENTS];

const VARIABLES = 'SHOW GLOBAL VARIABLES';
const RECEIVE_CAP = 4_194_304;
const USUAL_PORT = 3_306;
const CLIENT_MS = 10_000;
const NOT_FOUND = 'ENOENT';

/** Asks a server for its status and variables over a connection of our own. Throws what the server or the system says. */
export async function askWithLibrary(
  host: Host,
  signal: AbortSignal,
  server: GaleraServer,
  statement: Statement = STATEMENTS.all,
): Promise<MysqlTexts> {
  const { places, login } = await waysIn(host, server);
  return await converse(host, signal, {
    ...{ places, receiveCap: RECEIVE_CAP },
    logIn: (stream) => speakMysql(stream, login),
    ask: (ask) => textsOf(ask, statement),
  });
}

async function textsOf(ask: AskMysql, statement: Statement): Promise<MysqlTexts> {
  const rowsOf = async (asked: string) =>
    (await ask(asked)).map((row) => [...row.values()].map((value) => value ?? ''));
  const status = textsIn(await rowsOf(statement));
  return { status, variables: statement === STATEMENTS.all ? textsIn(await rowsOf(VARIABLES)) : new Map() };
}

async function waysIn(
  host: Host,
  server: GaleraServer,
): Promise<{ readonly places: readonly Place[]; readonly login: MysqlLogin }> {
  const written = clientOptions((await readIfThere(host, server.defaults_file)) ?? '');
  const name = server.host || written.server || 'localhost';
  const port = server.port || written.port || USUAL_PORT;
  const socket = server.socket || (server.host === '' ? written.socket : undefined);
  const places = await waysTo(host, { server: name, port, socket });
  return { places, login: { server: name, user: written.user ?? 'root', password: written.password ?? '' } };
}

/** Lets the program of the server ask. Throws a `ProbeError` with what it says. */
export async function askWithClient(
  host: Host,
  signal: AbortSignal,
  server: GaleraServer,
  statement: Statement = STATEMENTS.all,
): Promise<MysqlTexts> {
  const words = [
    `--defaults-extra-file=${server.defaults_file}`,
    ...['-N', '-B'],
    ...(server.host === '' ? [] : ['-h', server.host]),
    ...(server.port === 0 ? [] : ['-P', String(server.port)]),
    ...(server.socket === '' ? [] : ['-S', server.socket]),
  ];
  const ask = async (asked: string) => {
    const ended = await runEither(host, [...words, '-e', asked], signal);
    if (ended.exit !== 0) throw new ProbeError(ended.stderr.trim() || `the client of MySQL ended with ${ended.exit}`);
    return textsIn(ended.stdout.split('\n').map((line) => line.split('\t')));
  };
  const status = await ask(statement);
  return { status, variables: statement === STATEMENTS.all ? await ask(VARIABLES) : new Map() };
}

async function runEither(host: Host, words: readonly string[], signal: AbortSignal) {
  const run = (program: string) =>
    host.run({ argv: [program, ...words], timeoutMs: CLIENT_MS, outputCap: RECEIVE_CAP }, signal);
  try {
    return await run('mariadb');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === NOT_FOUND)) throw error;
    return await run('mysql');
  }
}
