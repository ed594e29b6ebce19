import type { MongoClient } from 'mongodb';
import { OpsbroError } from '../../base/errors.ts';
import type { Host } from '../../net/host.ts';
import { CollectError, NotEligible } from '../../plugins/outcomes.ts';
import type { Document } from './mongo-tree.ts';

/** Which server to ask, and who asks. */
export interface MongoServer {
  /** `mongodb://...` or `mongodb+srv://...` */
  readonly uri: string;
  /** Empty when nobody logs in. */
  readonly user: string;
  readonly password: string;
}

/** Carries out a command in a database and answers with its document. Throws `CollectError` with the server's words when it refuses. */
export type AskMongo = (database: string, command: Document) => Promise<Document>;

const CONNECT_MS = 2_000;

/** Logs in at a server and lets `talk` ask it. Throws `NotEligible` without the driver; fails with the system's code when nobody is there. */
export async function askMongo<T>(
  host: Host,
  signal: AbortSignal,
  { server, talk }: { readonly server: MongoServer; talk(ask: AskMongo): Promise<T> },
): Promise<T> {
  const { MongoClient: Client } = await driver();
  await knock(host, signal, server.uri);
  // The driver keeps a connection to watch the server and another to ask it, and takes no stream for them: it connects by itself.
  const client = clientOf(Client, server);
  const stop = () => void client.close(true).catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect().catch(told);
    return await talk((database, command) => client.db(database).command(command).catch(told));
  } finally {
    signal.removeEventListener('abort', stop);
    await client.close(true).catch(() => {});
  }
}

function clientOf(Client: typeof MongoClient, { uri, user, password }: MongoServer): MongoClient {
  try {
    return new Client(uri, {
      appName: 'opsbro',
      directConnection: isSingle(uri),
      serverSelectionTimeoutMS: CONNECT_MS,
      connectTimeoutMS: CONNECT_MS,
      maxPoolSize: 1,
      ...(user !== '' && { auth: { username: user, password } }),
    });
  } catch {
    // What the driver says of an address has all of it in it.
    throw new OpsbroError('invalid_config', 'the parameter uri is no address of MongoDB; write mongodb://HOST:PORT');
  }
}

/** The driver is large and few have such a server, so it is installed by those who need it. */
async function driver(): Promise<typeof import('mongodb')> {
  try {
    return await import('mongodb');
  } catch {
    throw new NotEligible('the driver of MongoDB is not installed; npm install mongodb@7 where opsbro is installed');
  }
}

/** Whether somebody is there; what the driver says of nobody is long and late. */
async function knock(host: Host, signal: AbortSignal, uri: string): Promise<void> {
  const place = firstPlace(uri);
  if (place === undefined) return;
  const connection = await host.connect({ ...place, timeoutMs: CONNECT_MS, receiveCap: 0 }, signal);
  connection.close();
}

type Address = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** Where the only server of an address is; `undefined` when there are several or a name server knows. */
export function firstPlace(uri: string): Address | undefined {
  const [, hosts = ''] = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(uri) ?? [];
  if (hosts === '' || hosts.includes(',')) return undefined;
  if (/\.sock$/i.test(hosts)) return { socketPath: decodeURIComponent(hosts) };
  const [, host = '', port = '27017'] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(hosts) ?? [];
  return { host, port: Number(port) };
}

const isSingle = (uri: string): boolean => firstPlace(uri) !== undefined && !/[?&]replicaSet=/.test(uri);

/** What the server said goes on; the driver's own errors may have the address with the password in it. */
function told(error: unknown): never {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : '';
  if (name === 'MongoServerError') throw new CollectError(message, { available: true, up: 1 });
  if (/Network|ServerSelection|Closed|Timeout/.test(name)) {
    throw Object.assign(new Error('ECONNRESET: the server does not answer'), { code: 'ECONNRESET' });
  }
  throw new Error(`the driver of MongoDB gave up (${name})`);
}
