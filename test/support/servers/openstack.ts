import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageIs, type Server, startServer } from './server.ts';

const SCRIPT = fileURLToPath(new URL('serve_openstack.py', import.meta.url));
/** The one that the packages of the system belong to. */
const PYTHON = '/usr/bin/python3';
/** Their code has to be loaded first, and other tests want the processor as well. */
const START_SECONDS = 90;

/** A real keystone, whose user `admin` has the password `adminpass`. */
export interface Keystone extends Server {
  /** Asks as the administrator; answers with the JSON that it says. */
  ask(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** A file of credentials for a user; `version` stands at the end of its address. */
  openrc(user: string, password: string, project: string, version?: 'v3' | 'v2.0'): string;
}

/** Whether the packages of a service are installed. */
export const hasOpenstack = (service: 'keystone' | 'glance'): boolean =>
  existsSync(PYTHON) && existsSync(`/usr/lib/python3/dist-packages/${service}/__init__.py`);

/** Starts a keystone of its own. */
export async function startKeystone(): Promise<Keystone> {
  const server = await startServer(({ folder, port }) => {
    for (const name of ['fernet', 'credentials']) {
      mkdirSync(join(folder, name), { mode: 0o700 });
      for (const key of ['0', '1']) writeFileSync(join(folder, name, key), keyText(), { mode: 0o600 });
    }
    writeFileSync(join(folder, 'keystone.conf'), configuration(folder));
    return {
      argv: [PYTHON, '-B', SCRIPT, 'keystone', folder, String(port)],
      seconds: START_SECONDS,
      answers: () => pageIs(`http://127.0.0.1:${port}/v3`, 200),
    };
  });
  return { ...server, ...keystoneAt(`http://127.0.0.1:${server.port}/v3`, server.folder) };
}

/** What can be done with a keystone at an address; files of credentials go into `folder`. */
export function keystoneAt(base: string, folder: string): Pick<Keystone, 'ask' | 'openrc'> {
  return {
    async ask(method, path, body) {
      const headers = { 'content-type': 'application/json', 'x-auth-token': await adminToken(base) };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(base + path, { method, headers, ...sent });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
    },
    openrc(user, password, project, version = 'v3') {
      const path = join(folder, `openrc-${user}-${password}-${version}`);
      const text = `export OS_AUTH_URL=${base.replace(/v3$/, version)}\nOS_USERNAME=${user}\nOS_PASSWORD=${password}\nOS_PROJECT_NAME=${project}\n`;
      writeFileSync(path, text);
      return path;
    },
  };
}

/** A token of the administrator of a keystone. */
export async function adminToken(base: string): Promise<string> {
  const domain = { name: 'Default' };
  const auth = {
    identity: { methods: ['password'], password: { user: { name: 'admin', domain, password: 'adminpass' } } },
    scope: { project: { name: 'admin', domain } },
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${base}/auth/tokens`, { method: 'POST', headers, body: JSON.stringify({ auth }) });
  return answer.headers.get('x-subject-token') ?? '';
}

/** A key as keystone keeps them. */
export const keyText = (): string => randomBytes(32).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

const configuration = (folder: string): string => `[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///${folder}/keystone.db
[token]
provider = fernet
[fernet_tokens]
key_repository = ${folder}/fernet
[fernet_receipts]
key_repository = ${folder}/fernet
[credential]
key_repository = ${folder}/credentials
[identity]
password_hash_rounds = 4
`;

/** Starts a glance of its own, and tells that keystone of it. */
export async function startGlance(keystone: Keystone): Promise<Server> {
  const server = await startServer(({ folder, port }) => {
    for (const name of ['images', 'staging', 'lock']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'glance.conf'), glanceConfiguration({ folder, port }, keystone));
    return {
      argv: [PYTHON, '-B', SCRIPT, 'glance', folder, String(port)],
      seconds: START_SECONDS,
      answers: () => pageIs(`http://127.0.0.1:${port}/healthcheck`, 200),
    };
  });
  const { service } = (await keystone.ask('POST', '/services', { service: { type: 'image', name: 'glance' } })) as {
    service: { id: string };
  };
  const url = `http://127.0.0.1:${server.port}`;
  const endpoint = { interface: 'public', url, service_id: service.id, region_id: 'RegionOne' };
  await keystone.ask('POST', '/endpoints', { endpoint });
  return server;
}

const glanceConfiguration = (
  { folder, port }: Pick<Server, 'folder' | 'port'>,
  keystone: Keystone,
): string => `[DEFAULT]
use_stderr = true
bind_host = 127.0.0.1
bind_port = ${port}
workers = 0
node_staging_uri = file://${folder}/staging
[database]
connection = sqlite:///${folder}/glance.db
[paste_deploy]
flavor = keystone
config_file = /etc/glance/glance-api-paste.ini
[glance_store]
stores = file
default_store = file
filesystem_store_datadir = ${folder}/images
[oslo_concurrency]
lock_path = ${folder}/lock
[keystone_authtoken]
www_authenticate_uri = http://127.0.0.1:${keystone.port}
auth_url = http://127.0.0.1:${keystone.port}
auth_type = password
username = admin
password = adminpass
project_name = admin
user_domain_name = Default
project_domain_name = Default
service_token_roles_required = false
`;
