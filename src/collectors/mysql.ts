import { z } from 'zod';
import type { Metrics } from '../model/metrics.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { CollectError } from '../plugins/outcomes.ts';
import { sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { GALERA_KEYS, galeraTree } from './support/galera-status.ts';
import { below } from './support/key-docs.ts';
import { askMysql, lookAtMysql } from './support/mysql-asking.ts';
import type { AskMysql } from './support/mysql-client.ts';
import { mysqlServer } from './support/mysql-options.ts';
import { REPLICA_KEYS, replicaTree } from './support/mysql-replica.ts';
import { isSameServer, type MysqlLook, STATUS_KEYS, statusRates, statusTree } from './support/mysql-status.ts';

export default defineCollector({
  name: 'mysql',
  description: 'What a MySQL or MariaDB server does, who is connected and how far a replica is.',
  group: 'mysql',
  options: mysqlServer.extend({
    replication_enabled: z.boolean().default(false).describe('Whether this server copies another.'),
  }),
  keys: [...SERVICE_KEYS, ...STATUS_KEYS, ...REPLICA_KEYS, ...GALERA_KEYS.map((doc) => below('galera', doc))],

  configure: ({ replication_enabled: isReplica, ...server }) => {
    const pairOf = sinceLast(isSameServer);
    return (host, signal) =>
      askService(host, signal, {
        ask: (limit) =>
          askMysql(host, limit, {
            server,
            talk: async (ask) => {
              const look = await lookAtMysql(ask);
              const pair = pairOf(host.clock, look);
              const tree = { ...treeOf(look), ...(pair && statusRates(pair)) };
              return { ...tree, ...(isReplica ? await replicationOf(ask, tree) : { seconds_behind_master: 0 }) };
            },
          }),
      });
  },
});

function treeOf(look: MysqlLook): Metrics {
  const galera = galeraTree(look);
  return { ...statusTree(look), ...(galera && { galera }) };
}

/** Older servers know only the older words. What else was seen is not lost when we may not look at replication. */
async function replicationOf(ask: AskMysql, seen: Metrics): Promise<Metrics> {
  try {
    return replicaTree(await ask('SHOW REPLICA STATUS').catch(() => ask('SHOW SLAVE STATUS')));
  } catch (error) {
    throw error instanceof CollectError ? new CollectError(error.message, { ...seen, up: 1 }) : error;
  }
}
