import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MariaDb } from '../mariadb.ts';
import { type Keystone, keyText } from '../openstack.ts';
import { brokerUrl, type CloudPlace, cloudFiles, databaseUrl, type Listener } from './settings.ts';

const run = promisify(execFile);

/** Milliseconds that the tables of a service may take. */
const TABLES_MS = 300_000;

const FOLDERS = [
  ...['keystone/fernet', 'keystone/credentials', 'glance/images', 'glance/staging', 'nova/instances', 'dashboard'],
  ...['glance', 'neutron', 'cinder', 'nova', 'heat'].map((service) => `${service}/lock`),
];

/** Writes the files of settings, and the keys of keystone. */
export function writeSettings(place: CloudPlace): void {
  for (const folder of FOLDERS) mkdirSync(join(place.folder, folder), { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(cloudFiles(place))) writeFileSync(join(place.folder, name), text);
  for (const folder of ['fernet', 'credentials']) {
    for (const key of ['0', '1'])
      writeFileSync(join(place.folder, 'keystone', folder, key), keyText(), { mode: 0o600 });
  }
}

/** Does all of this, so many at once. */
export async function atMost(limit: number, works: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...works];
  const one = async () => {
    for (let work = waiting.shift(); work; work = waiting.shift()) await work();
  };
  await Promise.all(Array.from({ length: limit }, one));
}

/** Makes the tables of all services by their own programs, and the first user of keystone. */
export async function makeTables(place: CloudPlace, database: MariaDb): Promise<void> {
  const { folder, ports } = place;
  const names = ['keystone', 'glance', 'placement', 'neutron', 'cinder', 'nova_api', 'nova_cell0', 'nova', 'heat'];
  await database.sql(names.map((name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb3`).join('; '));
  const manage = async (program: string, ...words: readonly string[]) => {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
    const [name = ''] = program.split('-');
    const conf = ['--config-file', join(folder, `${name}.conf`)];
    await run(program, [...conf, ...words], { env, cwd: folder, timeout: TABLES_MS, maxBuffer: 64 * 1_048_576 });
  };
  const nova = async () => {
    await manage('nova-manage', 'api_db', 'sync');
    await manage('nova-manage', 'cell_v2', 'map_cell0', '--database_connection', databaseUrl(place, 'nova_cell0'));
    await manage('nova-manage', 'db', 'sync');
    const cell = ['--database_connection', databaseUrl(place, 'nova'), '--transport-url', brokerUrl(place)];
    await manage('nova-manage', 'cell_v2', 'create_cell', '--name', 'cell1', ...cell);
  };
  const keystone = async () => {
    const url = `http://127.0.0.1:${ports.keystone}/v3`;
    const urls = ['admin', 'public', 'internal'].flatMap((kind) => [`--bootstrap-${kind}-url`, url]);
    const admin = ['--bootstrap-username', 'admin', '--bootstrap-password', 'adminpass'];
    const place = ['--bootstrap-project-name', 'admin', '--bootstrap-region-id', 'RegionOne'];
    await manage('keystone-manage', 'db_sync');
    await manage('keystone-manage', 'bootstrap', ...admin, ...place, '--bootstrap-service-name', 'keystone', ...urls);
  };
  await atMost(2, [
    nova,
    () => manage('neutron-db-manage', 'upgrade', 'heads'),
    keystone,
    () => manage('cinder-manage', 'db', 'sync'),
    () => manage('heat-manage', 'db_sync'),
    () => manage('glance-manage', 'db_sync'),
    () => manage('placement-manage', 'db', 'sync'),
  ]);
}

/** The services of the catalog: name, type, and the path behind the port. */
const CATALOG: readonly (readonly [Listener, type: string, path: string])[] = [
  ['glance', 'image', ''],
  ['placement', 'placement', ''],
  ['neutron', 'network', ''],
  ['cinder', 'volumev3', '/v3/%(project_id)s'],
  ['nova', 'compute', '/v2.1'],
  ['heat', 'orchestration', '/v1/%(project_id)s'],
];

/** Users, their passwords, projects and roles. */
const USERS = [
  ['service', 'servicepass', 'service', 'admin'],
  ['maas', 'maaspass', 'monitoring', 'admin'],
  ['reader', 'readerpass', 'demo', 'reader'],
] as const;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Tells keystone of the users and of the services. */
export async function introduce(
  { ask }: Pick<Keystone, 'ask'>,
  ports: Readonly<Record<Listener, number>>,
): Promise<void> {
  const make = async (kind: string, body: object): Promise<Named> =>
    ((await ask('POST', `/${kind}s`, { [kind]: body })) as Record<string, Named>)[kind] as Named;
  for (const name of ['heat_stack_owner', 'heat_stack_user']) await make('role', { name });
  const { roles } = (await ask('GET', '/roles')) as { roles: Named[] };
  for (const [name, password, project, role] of USERS) {
    const user = await make('user', { name, password });
    const { id } = await make('project', { name: project });
    const roleId = roles.find((each) => each.name === role)?.id ?? '';
    await ask('PUT', `/projects/${id}/users/${user.id}/roles/${roleId}`);
  }
  for (const [name, type, path] of CATALOG) {
    const service = await make('service', { name, type });
    for (const kind of ['public', 'internal', 'admin']) {
      const url = `http://127.0.0.1:${ports[name]}${path}`;
      await make('endpoint', { interface: kind, url, service_id: service.id, region_id: 'RegionOne' });
    }
  }
}
