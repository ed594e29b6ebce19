/** The services of a whole cloud that listen, and thus have a port. */
export const LISTENERS = [
  'keystone',
  'brief',
  'glance',
  'placement',
  'neutron',
  'cinder',
  'nova',
  'nova_metadata',
  'heat',
  'horizon',
] as const;

export type Listener = (typeof LISTENERS)[number];

/** What the files of settings of a cloud depend on. */
export interface CloudPlace {
  /** Where its services keep what they keep. */
  readonly folder: string;
  readonly ports: Readonly<Record<Listener, number>>;
  readonly databasePort: number;
  readonly brokerPort: number;
}

/** Seconds after which a token of the keystone `brief` is over. */
export const BRIEF_SECONDS = 2;

type Sections = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** The text of a file of settings. */
const text = (sections: Sections): string =>
  Object.entries(sections)
    .map(
      ([name, lines]) =>
        `[${name}]\n${Object.entries(lines)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join('')}`,
    )
    .join('\n');

/** The address of a database. */
export const databaseUrl = ({ databasePort }: Pick<CloudPlace, 'databasePort'>, name: string): string =>
  `mysql+pymysql://cloud:cloudpass@127.0.0.1:${databasePort}/${name}?charset=utf8`;

/** The address of the broker. */
export const brokerUrl = ({ brokerPort }: Pick<CloudPlace, 'brokerPort'>): string =>
  `rabbit://guest:guest@127.0.0.1:${brokerPort}/`;

/** Who logs in to keystone for the services. */
const login = ({ ports }: CloudPlace) => ({
  auth_url: `http://127.0.0.1:${ports.keystone}`,
  auth_type: 'password',
  username: 'service',
  password: 'servicepass',
  project_name: 'service',
  user_domain_name: 'Default',
  project_domain_name: 'Default',
});

const tokens = (place: CloudPlace) => ({
  keystone_authtoken: {
    ...login(place),
    www_authenticate_uri: `http://127.0.0.1:${place.ports.keystone}`,
    service_token_roles_required: 'false',
  },
});

const client = (place: CloudPlace) => ({ ...login(place), region_name: 'RegionOne' });

const database = (place: CloudPlace, name: string) => ({
  database: { connection: databaseUrl(place, name), max_pool_size: 5 },
});

/** What all services have that talk over the broker. */
const talking = (place: CloudPlace, service: string) => ({
  use_stderr: 'true',
  state_path: `${place.folder}/${service}`,
  host: 'node1',
  transport_url: brokerUrl(place),
});

/** Where locks are, and that nobody is told of what happens. */
const quiet = ({ folder }: CloudPlace, service: string): Sections => ({
  oslo_concurrency: { lock_path: `${folder}/${service}/lock` },
  oslo_messaging_notifications: { driver: 'noop' },
});

/** A service is told to be down a minute after its last word, as is usual; it says more of them. */
const WORDS = { report_interval: 10, periodic_fuzzy_delay: 0, service_down_time: 60 };

function keystone(place: CloudPlace, seconds: number): string {
  const keys = `${place.folder}/keystone`;
  return text({
    DEFAULT: { use_stderr: 'true' },
    token: { provider: 'fernet', expiration: seconds },
    fernet_tokens: { key_repository: `${keys}/fernet` },
    fernet_receipts: { key_repository: `${keys}/fernet` },
    credential: { key_repository: `${keys}/credentials` },
    identity: { password_hash_rounds: 4 },
    ...database(place, 'keystone'),
  });
}

const glance = (place: CloudPlace): string =>
  text({
    DEFAULT: {
      use_stderr: 'true',
      bind_host: '127.0.0.1',
      bind_port: place.ports.glance,
      workers: 0,
      node_staging_uri: `file://${place.folder}/glance/staging`,
    },
    paste_deploy: { flavor: 'keystone', config_file: '/etc/glance/glance-api-paste.ini' },
    glance_store: {
      stores: 'file',
      default_store: 'file',
      filesystem_store_datadir: `${place.folder}/glance/images`,
    },
    oslo_concurrency: { lock_path: `${place.folder}/glance/lock` },
    ...tokens(place),
    ...database(place, 'glance'),
  });

const placement = (place: CloudPlace): string =>
  text({
    api: { auth_strategy: 'keystone' },
    placement_database: { connection: databaseUrl(place, 'placement') },
    ...tokens(place),
  });

const neutron = (place: CloudPlace): string =>
  text({
    DEFAULT: {
      ...talking(place, 'neutron'),
      bind_host: '127.0.0.1',
      bind_port: place.ports.neutron,
      core_plugin: 'ml2',
      service_plugins: 'router',
      auth_strategy: 'keystone',
      api_workers: 0,
      rpc_workers: 1,
      rpc_state_report_workers: 0,
      dhcp_agent_notification: 'false',
      notify_nova_on_port_status_changes: 'false',
      notify_nova_on_port_data_changes: 'false',
      api_paste_config: '/etc/neutron/api-paste.ini',
      agent_down_time: 75,
    },
    ...quiet(place, 'neutron'),
    ...tokens(place),
    nova: client(place),
    ...database(place, 'neutron'),
    ml2: {
      type_drivers: 'flat,vxlan',
      tenant_network_types: 'vxlan',
      mechanism_drivers: 'openvswitch',
      extension_drivers: 'port_security',
    },
    ml2_type_vxlan: { vni_ranges: '1:1000' },
    ml2_type_flat: { flat_networks: '*' },
    agent: { root_helper: '', report_interval: 20 },
  });

const cinder = (place: CloudPlace): string =>
  text({
    DEFAULT: {
      ...talking(place, 'cinder'),
      ...WORDS,
      osapi_volume_listen: '127.0.0.1',
      osapi_volume_listen_port: place.ports.cinder,
      osapi_volume_workers: 1,
      auth_strategy: 'keystone',
      api_paste_config: '/etc/cinder/api-paste.ini',
      glance_api_servers: `http://127.0.0.1:${place.ports.glance}`,
      enabled_backends: 'fake',
    },
    ...quiet(place, 'cinder'),
    // The driver that the project ships for its own tests: volumes are records without bytes.
    fake: { volume_driver: 'cinder.tests.fake_driver.FakeLoggingVolumeDriver', volume_backend_name: 'fake' },
    ...tokens(place),
    ...database(place, 'cinder'),
  });

/** The compute service must not see the databases. */
function nova(place: CloudPlace, seen: 'with databases' | 'without databases'): string {
  const databases = {
    api_database: { connection: databaseUrl(place, 'nova_api') },
    ...database(place, 'nova'),
  };
  return text({
    DEFAULT: {
      ...talking(place, 'nova'),
      ...WORDS,
      my_ip: '127.0.0.1',
      enabled_apis: 'osapi_compute',
      osapi_compute_listen: '127.0.0.1',
      osapi_compute_listen_port: place.ports.nova,
      osapi_compute_workers: 1,
      metadata_listen: '127.0.0.1',
      metadata_listen_port: place.ports.nova_metadata,
      metadata_workers: 1,
      compute_driver: 'fake.SmallFakeDriver',
      instances_path: `${place.folder}/nova/instances`,
    },
    ...quiet(place, 'nova'),
    ...tokens(place),
    placement: client(place),
    neutron: client(place),
    service_user: { ...client(place), send_service_user_token: 'false' },
    glance: { api_servers: `http://127.0.0.1:${place.ports.glance}` },
    wsgi: { api_paste_config: '/etc/nova/api-paste.ini' },
    conductor: { workers: 1 },
    scheduler: { workers: 1, discover_hosts_in_cells_interval: 5 },
    vnc: { enabled: 'false' },
    api: { auth_strategy: 'keystone' },
    ...(seen === 'with databases' ? databases : {}),
  });
}

const heat = (place: CloudPlace): string =>
  text({
    DEFAULT: {
      ...talking(place, 'heat'),
      num_engine_workers: 1,
      auth_encryption_key: '0123456789abcdef0123456789abcdef',
      heat_metadata_server_url: 'http://127.0.0.1:8000',
      heat_waitcondition_server_url: 'http://127.0.0.1:8000/v1/waitcondition',
      deferred_auth_method: 'password',
      region_name_for_services: 'RegionOne',
    },
    ...quiet(place, 'heat'),
    ...tokens(place),
    trustee: client(place),
    ...database(place, 'heat'),
    heat_api: { bind_host: '127.0.0.1', bind_port: place.ports.heat, workers: 0 },
    paste_deploy: { api_paste_config: '/etc/heat/api-paste.ini' },
    clients_keystone: { auth_uri: `http://127.0.0.1:${place.ports.keystone}` },
  });

const horizon = ({ ports }: CloudPlace): string => `from openstack_dashboard.settings import *  # noqa
DEBUG = False
ALLOWED_HOSTS = ['*']
SECRET_KEY = 'not a secret at all, as nobody else comes here'
OPENSTACK_HOST = '127.0.0.1'
OPENSTACK_KEYSTONE_URL = 'http://127.0.0.1:${ports.keystone}/v3'
OPENSTACK_API_VERSIONS = {'identity': 3, 'volume': 3, 'image': 2}
OPENSTACK_KEYSTONE_MULTIDOMAIN_SUPPORT = False
OPENSTACK_KEYSTONE_DEFAULT_DOMAIN = 'Default'
SESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'
CACHES = {'default': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}}
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
LOGGING = {'version': 1, 'disable_existing_loggers': False}
`;

const DASHBOARD = `import os
os.environ['DJANGO_SETTINGS_MODULE'] = 'dashboard_settings'
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
`;

const DAY_SECONDS = 86_400;

/** All files of settings of a cloud, by their names. */
export const cloudFiles = (place: CloudPlace): Readonly<Record<string, string>> => ({
  'keystone.conf': keystone(place, DAY_SECONDS),
  'brief.conf': keystone(place, BRIEF_SECONDS),
  'glance.conf': glance(place),
  'placement.conf': placement(place),
  'neutron.conf': neutron(place),
  'cinder.conf': cinder(place),
  'nova.conf': nova(place, 'with databases'),
  'nova_metadata.conf': nova(place, 'with databases').replace(
    'enabled_apis = osapi_compute',
    'enabled_apis = metadata',
  ),
  'compute.conf': nova(place, 'without databases'),
  'heat.conf': heat(place),
  'dashboard/dashboard_settings.py': horizon(place),
  'dashboard/dashboard.py': DASHBOARD,
});
