import type { Host } from '../../net/host.ts';
import { converse } from './conversation.ts';
import { type AskMysql, speakMysql } from './mysql-client.ts';
import { type MysqlServer, mysqlWays } from './mysql-options.ts';
import { type MysqlLook, namedIn, VARIABLES } from './mysql-status.ts';

/** The status of a busy server has some hundred thousand bytes. */
const RECEIVE_CAP = 4_194_304;

/** Logs in at a server, by its socket or else by its port, and lets `talk` ask it. Fails as `converse` does. */
export async function askMysql<T>(
  host: Host,
  signal: AbortSignal,
  { server, talk }: { readonly server: MysqlServer; talk(ask: AskMysql): Promise<T> },
): Promise<T> {
  const { places, login } = await mysqlWays(host, server);
  return await converse(host, signal, {
    places,
    receiveCap: RECEIVE_CAP,
    logIn: (stream, { socket }) => speakMysql(stream, socket === undefined ? login : { ...login, trust: undefined }),
    ask: talk,
  });
}

/** Looks at the status of a server and at the variables that belong to it. */
export async function lookAtMysql(ask: AskMysql): Promise<MysqlLook> {
  const names = VARIABLES.map((name) => `'${name}'`).join(', ');
  return {
    status: namedIn(await ask('SHOW GLOBAL STATUS')),
    variables: namedIn(await ask(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`)),
  };
}
