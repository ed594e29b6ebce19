import { existsSync } from 'node:fs';
import { Disposal } from '../../../../src/base/disposal.ts';
import { program } from '../../services.ts';
import { tempDirectory } from '../../temp.ts';
import { galeraLibrary, type MariaDb, startMariaDb } from '../mariadb.ts';
import { type Keystone, keystoneAt } from '../openstack.ts';
import { type Broker, startRabbit } from '../rabbitmq.ts';
import { freePort, type Server, startServer } from '../server.ts';
import { type AskCloud, administrator, fillCloud } from './filling.ts';
import { atMost, introduce, makeTables, writeSettings } from './preparing.ts';
import { listenerStart, type Worker, workerStart } from './processes.ts';
import { type CloudPlace, LISTENERS, type Listener } from './settings.ts';

const WORKERS: readonly Worker[] = [
  'cinder-scheduler',
  'cinder-volume',
  'nova-conductor',
  'nova-scheduler',
  'nova-compute',
  'neutron-metadata-agent',
  'heat-engine',
];

/** Programs that a whole cloud needs; the first one that is missing is named. */
export const missingForCloud = (): string | undefined =>
  [
    ...[
      'mariadbd',
      'rabbitmq-server',
      'memcached',
      'uwsgi',
      'keystone-manage',
      'glance-api',
      'placement-api',
      'neutron-server',
    ],
    ...['cinder-api', 'cinder-scheduler', 'nova-api', 'nova-conductor', 'nova-scheduler', 'heat-api', 'heat-engine'],
  ].find((name) => program(name) === undefined) ??
  (existsSync('/usr/share/openstack-dashboard/manage.py') ? undefined : 'openstack-dashboard') ??
  (galeraLibrary() === undefined ? 'galera-4' : undefined);

/** A whole cloud of real services, each at a free port. Disposing of it ends them and removes their files. */
export interface WholeCloud extends AsyncDisposable {
  readonly ports: Readonly<Record<Listener, number>>;
  readonly database: MariaDb;
  readonly broker: Broker;
  readonly services: ReadonlyMap<Listener | Worker, Server>;
  /** Credentials of a user of keystone, as a file. */
  readonly openrc: Keystone['openrc'];
  /** Asks a service as the administrator. */
  readonly ask: AskCloud;
}

/** Starts a cloud, which takes some minutes: its tables are made as the packages make them. */
export async function startCloud(): Promise<WholeCloud> {
  const stack = new Disposal();
  try {
    return await start(stack);
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

async function start(stack: Disposal): Promise<WholeCloud> {
  const folder = stack.use(tempDirectory()).path;
  const [database, broker] = await Promise.all([
    startMariaDb(program('mariadbd') ?? '', { options: ['--max-connections=400', '--innodb-buffer-pool-size=96M'] }),
    startRabbit(program('rabbitmq-server') ?? ''),
  ]);
  stack.use(database);
  stack.use(broker);
  const ports = Object.fromEntries(
    await Promise.all(LISTENERS.map(async (name) => [name, await freePort()] as const)),
  ) as Record<Listener, number>;
  const place: CloudPlace = { folder, ports, databasePort: database.port, brokerPort: broker.amqpPort };
  writeSettings(place);
  await database.sql("CREATE USER cloud@'127.0.0.1' IDENTIFIED BY 'cloudpass'; GRANT ALL ON *.* TO cloud@'127.0.0.1'");
  await makeTables(place, database);
  const services = new Map<Listener | Worker, Server>();
  const listen = async (name: Listener) => {
    services.set(name, stack.use(await startServer(() => listenerStart(place, name), ports[name])));
  };
  await Promise.all([listen('keystone'), listen('brief')]);
  const base = `http://127.0.0.1:${ports.keystone}/v3`;
  const keystone = keystoneAt(base, folder);
  await introduce(keystone, ports);
  const rest = LISTENERS.filter((name) => name !== 'keystone' && name !== 'brief');
  await atMost(
    3,
    rest.map((name) => () => listen(name)),
  );
  for (const name of WORKERS) services.set(name, stack.use(await startServer(() => workerStart(place, name))));
  const ask = await administrator(ports);
  const { projects } = (await keystone.ask('GET', '/projects?name=admin')) as { projects: { id: string }[] };
  await fillCloud(ask, projects[0]?.id ?? '');
  return {
    ...{ ports, database, broker, services, ask, openrc: keystone.openrc },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
