import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { GALERA_KEYS, galeraTree, isInSync } from './support/galera-status.ts';
import { gauge } from './support/key-docs.ts';
import { askMysql, lookAtMysql } from './support/mysql-asking.ts';
import { mysqlServer } from './support/mysql-options.ts';

export default defineCollector({
  name: 'galera',
  description: 'Whether a MariaDB server of a Galera cluster has its data, and how replication goes.',
  group: 'galera',
  pack: 'mysql',
  options: mysqlServer,
  keys: [...SERVICE_KEYS, gauge('in_sync', 'Whether it has the data of a cluster that works.'), ...GALERA_KEYS],

  configure: (server) => (host, signal) =>
    askService(host, signal, {
      ask: async (limit) => {
        const galera = galeraTree(await askMysql(host, limit, { server, talk: lookAtMysql }));
        if (galera === undefined) {
          throw new NotEligible('this server is not part of a Galera cluster; set wsrep_on and wsrep_provider');
        }
        return { ...galera, in_sync: isInSync(galera) };
      },
    }),
});
