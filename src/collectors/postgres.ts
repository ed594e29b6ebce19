import { z } from 'zod';
import type { Host } from '../net/host.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { converse, waysTo } from './support/conversation.ts';
import { portOption, textOption } from './support/options.ts';
import { type AskPostgres, type PostgresRows, speakPostgres } from './support/postgres-client.ts';
import { lookAtPostgres, sizesOf } from './support/postgres-look.ts';
import { databasesIn, isSamePostgres, POSTGRES_KEYS, postgresRates, postgresTree } from './support/postgres-tree.ts';
import { tlsFields, trustIn } from './support/tls.ts';

const schema = z.object({
  server: textOption('127.0.0.1', 'Name or address of the server.'),
  port: portOption(5432),
  socket: textOption(
    '/var/run/postgresql',
    'Directory of its unix socket; tried first when the socket is there and the server is this machine.',
  ),
  user: textOption('postgres', 'Who logs in; the role pg_monitor is enough.'),
  password: textOption('', 'Password of that user, when the server wants one.'),
  database: textOption('postgres', 'Database to connect to; all of them are looked at.'),
  ...tlsFields,
});

type Options = z.output<typeof schema>;

export default defineCollector({
  name: 'postgres',
  description: 'What a PostgreSQL server does, who is connected and how far replicas are.',
  group: 'postgres',
  options: schema,
  keys: [...SERVICE_KEYS, ...POSTGRES_KEYS],

  configure: (options) => {
    const pairOf = sinceLast(isSamePostgres);
    const sizesNow = nowAndThen(sizesOf);
    return (host, signal) =>
      askService(host, signal, {
        ask: (limit) =>
          askPostgres(host, limit, {
            options,
            talk: async (ask) => {
              const look = await lookAtPostgres(ask);
              const pair = pairOf(host.clock, look);
              const databases = databasesIn(await sizesNow(ask, host));
              return { ...postgresTree(look), databases, ...(pair && postgresRates(pair)) };
            },
          }),
      });
  },
});

const SIZES_MS = 60_000;

/** Asks at most once a minute, and answers with what was last heard. */
function nowAndThen(question: (ask: AskPostgres) => Promise<PostgresRows>) {
  let heard: { readonly at: number; readonly rows: PostgresRows } | undefined;
  return async (ask: AskPostgres, { clock }: Host): Promise<PostgresRows> => {
    const isFresh = heard !== undefined && clock.now() - heard.at < SIZES_MS;
    const rows = isFresh && heard ? heard.rows : await question(ask);
    if (!isFresh) heard = { at: clock.now(), rows };
    return rows;
  };
}

/** The answers to one look have some thousand bytes, and some hundred for each database. */
const RECEIVE_CAP = 1_048_576;

interface Asked<T> {
  readonly options: Options;
  talk(ask: AskPostgres): Promise<T>;
}

/** Logs in, by the socket or else by the port, and lets `talk` ask. */
async function askPostgres<T>(host: Host, signal: AbortSignal, { options, talk }: Asked<T>): Promise<T> {
  const { server, port } = options;
  const socket = options.socket === '' ? '' : `${options.socket}/.s.PGSQL.${port}`;
  const trust = await trustIn(host, options);
  return await converse(host, signal, {
    places: await waysTo(host, { server, port, socket }),
    receiveCap: RECEIVE_CAP,
    logIn: (stream, place) =>
      speakPostgres(stream, { ...options, trust: place.socket === undefined ? trust : undefined }),
    ask: talk,
  });
}
