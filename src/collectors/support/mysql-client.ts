import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { TlsTrust } from '../../net/host.ts';
import { CollectError } from '../../plugins/outcomes.ts';
import { tlsRefusal } from './tls.ts';

/** Who we are for the server, and who it has to be. */
export interface MysqlLogin {
  readonly user: string;
  readonly password: string;
  /** Name or address of the server. */
  readonly server: string;
  /** Over TLS, which begins when both sides have agreed on it. */
  readonly trust?: TlsTrust | undefined;
}

/** Rows by their columns, as texts; `null` is NULL. */
export type Rows = readonly ReadonlyMap<string, string | null>[];

/** Asks a server that speaks the protocol of MySQL: the rows that a statement answers with. Throws `CollectError` when the server refuses. */
export type AskMysql = (statement: string) => Promise<Rows>;

/** Speaks with a server of MySQL or MariaDB over a stream, which belongs to the caller, and logs in. Throws `CollectError` when it refuses the login. */
export async function speakMysql(stream: Duplex, { user, password, server, trust }: MysqlLogin): Promise<AskMysql> {
  // Loaded by the first who has such a server.
  const { createConnection } = await import('mysql2');
  const connection = createConnection({
    // An address is no name that TLS could ask for; whom to expect then is read from the stream.
    stream: () => Object.assign(stream, { _host: server }),
    host: server,
    user,
    password,
    ...(trust && { ssl: sslOf(trust) }),
    // Whoever waits has a limit of his own.
    connectTimeout: 0,
    // Every value as the server writes it: no dates made, no numbers rounded.
    typeCast: (field) => field.string('utf8'),
  });
  // What fails later is told to who asked.
  connection.on('error', () => {});
  await once(connection, 'connect').catch(refused);
  const asked = connection.promise();
  return async (statement) => {
    const [rows] = await asked.query(statement).catch(refused);
    if (!Array.isArray(rows)) return [];
    return rows.map((row) => new Map(Object.entries(row as Record<string, string | null>)));
  };
}

/** As the driver is told of it, which believes the name in a certificate unless it is told not to. */
const sslOf = ({ verify = true, ca }: TlsTrust) => ({
  rejectUnauthorized: verify,
  verifyIdentity: verify,
  ...(ca !== undefined && { ca }),
});

/** The driver's error knows more than people should read; what the server said goes on. */
function refused(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const unsafe = tlsRefusal(error);
  if (unsafe) throw unsafe;
  if ('sqlMessage' in error && typeof error.sqlMessage === 'string')
    throw new CollectError(error.sqlMessage, { up: 1 });
  throw new Error(`what listens there does not answer as a MySQL does: ${error.message}`);
}
