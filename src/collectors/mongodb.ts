import { z } from 'zod';
import type { Metrics } from '../model/metrics.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { gauge } from './support/key-docs.ts';
import { type AskMongo, askMongo } from './support/mongo-client.ts';
import { replicaSetTree } from './support/mongo-replicas.ts';
import { type Document, documentTree, isSameMongo, MONGO_KEYS, statusTree, withRates } from './support/mongo-tree.ts';
import { textOption } from './support/options.ts';

/** Databases of the server itself. */
const OWN = new Set(['config', 'local', 'admin', 'test']);

const MOST_DATABASES = 100;

export default defineCollector({
  name: 'mongodb',
  description: 'What a MongoDB server does, who is connected and how its replica set is.',
  group: 'mongodb',
  options: z.object({
    uri: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\/[^/]/, 'write mongodb://HOST or mongodb://HOST:PORT')
      .default('mongodb://localhost')
      .describe('Address of the server.'),
    user: textOption('', 'Who logs in, when the server wants a login; the role clusterMonitor is enough.'),
    password: textOption('', 'Password of that user.'),
    replicat_set: z.boolean().default(false).describe('Whether the server belongs to a replica set.'),
    replica_set: z.boolean().default(false).describe('The same, spelled right.'),
  }),
  keys: [gauge('available', 'Is true while the server answers.'), ...SERVICE_KEYS, ...MONGO_KEYS],

  configure: ({ replicat_set: old, replica_set: inSet, ...server }) => {
    const pairOf = sinceLast(isSameMongo);
    return (host, signal) =>
      askService(host, signal, {
        down: { available: false },
        ask: (limit) =>
          askMongo(host, limit, {
            server,
            talk: async (ask) => {
              const tree = statusTree(await ask('admin', { serverStatus: 1 }));
              const pair = pairOf(host.clock, tree);
              const dbStats = await databasesOf(ask);
              const replSet = old || inSet ? { replSet: await replicaSetOf(ask) } : {};
              return { available: true, ...withRates(tree, pair), dbStats, ...replSet };
            },
          }),
      });
  },
});

async function databasesOf(ask: AskMongo): Promise<Metrics> {
  const { databases } = await ask('admin', { listDatabases: 1, nameOnly: true });
  const names = Array.isArray(databases) ? (databases as Document[]).map(({ name }) => String(name)) : [];
  const stats: [string, Metrics][] = [];
  for (const name of names.filter((each) => !OWN.has(each)).slice(0, MOST_DATABASES)) {
    const { ok: _, db: __, ...tree } = documentTree(await ask(name, { dbStats: 1 }));
    stats.push([name, tree]);
  }
  return Object.fromEntries(stats);
}

const replicaSetOf = async (ask: AskMongo): Promise<Metrics> =>
  replicaSetTree(await ask('admin', { hello: 1 }), await ask('admin', { replSetGetStatus: 1 }));
