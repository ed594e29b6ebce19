import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import galera from '../../src/collectors/galera.ts';
import mysql from '../../src/collectors/mysql.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { undeclared } from '../support/declared.ts';
import { fakeHost, never } from '../support/host.ts';
import { lookUntil } from '../support/look-until.ts';
import { type Galera, galeraLibrary, type MariaDb, startGalera } from '../support/servers/mariadb.ts';
import { program, testWith } from '../support/services.ts';

const real = systemHost(systemClock);

test('a server that is not there is down', async () => {
  await expect(galera.configure({})(fakeHost(), never)).rejects.toMatchObject({ results: { up: 0 } });
});

describe('a real cluster of three', () => {
  const library = galeraLibrary();
  const path = library === undefined ? undefined : program('mariadbd');
  let cluster: Galera | undefined;

  beforeAll(async () => {
    if (path === undefined || library === undefined) return;
    cluster = await startGalera(path, library, 3);
  }, 120_000);
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const at = ({ socket }: MariaDb) => ({ server: 'localhost', socket });

  /** The members that still answer, when each says what is wanted of it. */
  async function until(members: readonly MariaDb[], wanted: (tree: Metrics) => boolean): Promise<readonly Metrics[]> {
    const look = () => Promise.all(members.map((member) => galera.configure(at(member))(real, never)));
    return await lookUntil(look, (trees) => trees.every(wanted), 300);
  }

  testWith(
    'mariadbd',
    'is in sync, misses a member that is killed, and does nothing without a majority',
    async () => {
      const [first, second, third] = cluster?.members ?? [];
      if (!first || !second || !third) throw new Error('Galera does not run');
      const together = await until([first, second, third], ({ cluster_size: size }) => size === 3);
      for (const tree of together) {
        expect(tree).toMatchObject({
          up: 1,
          in_sync: true,
          cluster_status: 'Primary',
          cluster_size: 3,
          local_state: 4,
        });
        expect(tree).toMatchObject({ ready: true, connected: true, provider: 'Galera', desync: 'OFF' });
        expect(undeclared(galera, tree).filter((key) => key === 'in_sync')).toEqual([]);
      }
      expect(await mysql.configure(at(first))(real, never)).toMatchObject({
        up: 1,
        galera: { cluster_status: 'Primary', cluster_size: 3 },
      });

      await third[Symbol.asyncDispose]();
      const left = await until([first, second], ({ cluster_size: size }) => size === 2);
      for (const tree of left)
        expect(tree).toMatchObject({ in_sync: true, cluster_status: 'Primary', cluster_size: 2 });

      await second[Symbol.asyncDispose]();
      const [alone] = await until([first], ({ cluster_status: status }) => status === 'non-Primary');
      expect(alone).toMatchObject({ up: 1, in_sync: false, cluster_status: 'non-Primary', ready: false });
      expect(alone).toMatchObject({ cluster_conf_id: '18446744073709551615' });
    },
    120_000,
  );
});
