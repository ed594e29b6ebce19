import type { Duplex } from 'node:stream';
import { CollectError } from '../../plugins/outcomes.ts';

/** Who we are for the server. */
export interface MysqlLogin {
  readonly user: string;
  readonly password: string;
}

/** Rows by their columns, as texts; `null` is NULL. */
export type Rows = readonly ReadonlyMap<string, string | null>[];

/** Asks a server that speaks the protocol of MySQL: the rows that a statement answers with. Throws `CollectError` when the server refuses. */
export type AskMysql = (statement: string) => Promise<Rows>;

/** Speaks with a server of MySQL or MariaDB over a stream, which belongs to the caller, and logs in. Throws `CollectError` when it refuses the login. */
export async function speakMysql(stream: Duplex, { user, password }: MysqlLogin): Promise<AskMysql> {
  // Loaded by the first who has such a server.
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection({
    stream: () => stream,
    user,
    password,
    // Whoever waits has a limit of his own.
    connectTimeout: 0,
    // Every value as the server writes it: no dates made, no numbers rounded.
    typeCast: (field) => field.string('utf8'),
  }).catch(refused);
  // What fails is told to who asked.
  connection.on('error', () => {});
  return async (statement) => {
    const [rows] = await connection.query(statement).catch(refused);
    if (!Array.isArray(rows)) return [];
    return rows.map((row) => new Map(Object.entries(row as Record<string, string | null>)));
  };
}

/** The driver's error knows more than people should read; what the server said goes on. */
function refused(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  if ('sqlMessage' in error && typeof error.sqlMessage === 'string')
    throw new CollectError(error.sqlMessage, { up: 1 });
  throw new Error(`what listens there does not answer as a MySQL does: ${error.message}`);
}
