import type { Duplex } from 'node:stream';
import type { Leaf } from '../../model/metrics.ts';
import type { TlsTrust } from '../../net/host.ts';
import { trustOptions } from '../../net/tls-trust.ts';
import { CollectError } from '../../plugins/outcomes.ts';
import { tlsRefusal } from './tls.ts';

/** Who we are for the server, which database we ask in, and who the server has to be. */
export interface PostgresLogin {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Name or address of the server. */
  readonly server: string;
  /** Over TLS, which begins when both sides have agreed on it. */
  readonly trust?: TlsTrust | undefined;
}

/** Rows by their columns. */
export type PostgresRows = readonly Readonly<Record<string, Leaf>>[];

/** The rows that a query answers with; none when it is not for us or the server is too old for it. Throws `CollectError` when it fails otherwise. */
export type AskPostgres = (query: string) => Promise<PostgresRows>;

/** Speaks with a server of PostgreSQL over a stream, which belongs to the caller, and logs in. Throws `CollectError` when it refuses the login. */
export async function speakPostgres(stream: Duplex, login: PostgresLogin): Promise<AskPostgres> {
  // Loaded by the first who has such a server.
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    stream: () => stream,
    user: login.user,
    database: login.database,
    // As a function: an empty text would be looked for in the environment and in files.
    password: () => login.password,
    host: login.server,
    ssl: login.trust ? trustOptions(login.trust) : false,
    application_name: 'opsbro',
  });
  // What fails is told to who asked.
  client.on('error', () => {});
  await client.connect().catch(refused);
  return async (query) => {
    try {
      const { rows } = await client.query<Record<string, Leaf>>(query);
      return rows;
    } catch (error) {
      return isNotForUs(error) ? [] : refused(error);
    }
  };
}

/** insufficient_privilege, undefined_column, undefined_function, undefined_table */
const NOT_FOR_US = new Set(['42501', '42703', '42883', '42P01']);

/** admin_shutdown, crash_shutdown, cannot_connect_now */
const NOT_SERVING = new Set(['57P01', '57P02', '57P03']);

const isNotForUs = (error: unknown): boolean => NOT_FOR_US.has(stateOf(error) ?? '');

/** What the server said goes on; one that starts or stops says so, and that is as good as no answer. */
function refused(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const unsafe = tlsRefusal(error);
  if (unsafe) throw unsafe;
  const state = stateOf(error);
  if (state !== undefined && NOT_SERVING.has(state)) {
    throw Object.assign(new Error(error.message), { code: 'ECONNREFUSED' });
  }
  // What the library says of it names a step of the protocol.
  if (/client password must be/.test(error.message)) {
    throw new CollectError('the server wants a password (parameter password of the pack postgres)', { up: 1 });
  }
  const isServers = state !== undefined || /^SASL|password/i.test(error.message);
  if (isServers) throw new CollectError(error.message, { up: 1 });
  throw new Error(`what listens there does not answer as a PostgreSQL does: ${error.message}`);
}

/** The five characters that the server gives each of its errors. */
function stateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
