import { join } from 'node:path';
import { pageIs, type Start } from '../server.ts';
import type { CloudPlace, Listener } from './settings.ts';

const PYTHON = '/usr/bin/python3';
/** Each loads a hundred thousand lines first, and several do so at once. */
const START_SECONDS = 150;

/** Services that do not listen: they take their work from the broker. */
export type Worker =
  | 'nova-conductor'
  | 'nova-scheduler'
  | 'nova-compute'
  | 'cinder-scheduler'
  | 'cinder-volume'
  | 'neutron-metadata-agent'
  | 'heat-engine';

/** How the services of a cloud that listen are started. */
export function listenerStart(place: CloudPlace, name: Listener): Start {
  const conf = join(place.folder, `${name}.conf`);
  const url = `http://127.0.0.1:${place.ports[name]}`;
  const start = (argv: readonly [string, ...string[]], page: string, status: number, env = {}): Start => ({
    ...{ argv, env, seconds: START_SECONDS },
    answers: () => pageIs(url + page, status),
  });
  const api = (program: string, page: string, status: number) => start([program, '--config-file', conf], page, status);
  switch (name) {
    case 'keystone':
    case 'brief': {
      const words = served(place.ports[name], '/usr/bin/keystone-wsgi-public');
      return start(words, '/v3', 200, { OS_KEYSTONE_CONFIG_FILES: conf });
    }
    case 'placement': {
      const words = served(place.ports.placement, '/usr/bin/placement-api');
      return start(words, '/', 200, { OS_PLACEMENT_CONFIG_DIR: place.folder });
    }
    case 'horizon': {
      const folder = join(place.folder, 'dashboard');
      const words = served(place.ports.horizon, join(folder, 'dashboard.py'));
      const env = { PYTHONPATH: `${folder}:/usr/share/openstack-dashboard` };
      return start([...words, '--chdir', '/usr/share/openstack-dashboard'], '/auth/login/', 200, env);
    }
    case 'glance':
      return api('glance-api', '/healthcheck', 200);
    case 'neutron':
      return api('neutron-server', '/', 200);
    case 'cinder':
      return api('cinder-api', '/', 300);
    case 'nova':
      return api('nova-api', '/', 200);
    case 'nova_metadata':
      return start(['nova-api', '--config-file', conf], '/', 200);
    case 'heat':
      return api('heat-api', '/', 300);
  }
}

/** How the packages run what is only a program of WSGI. */
const served = (port: number, file: string): [string, ...string[]] => [
  'uwsgi',
  ...['--plugins-dir', '/usr/lib/uwsgi/plugins', '--plugins', 'python3', '--http-socket', `127.0.0.1:${port}`],
  ...'--enable-threads --threads 4 --need-app --lazy-apps --die-on-term --buffer-size 65535 --disable-logging'.split(
    ' ',
  ),
  ...['--add-header', 'Connection: close', '--wsgi-file', file],
];

/** How the services that do not listen are started; whether they work is seen at the service that they belong to. */
export function workerStart({ folder }: CloudPlace, name: Worker): Start {
  const answers = () => Promise.resolve(true);
  const [project = ''] = name.split('-');
  const conf = ['--config-file', join(folder, `${name === 'nova-compute' ? 'compute' : project}.conf`)];
  const module = BY_MODULE.get(name);
  // Their packages bring hypervisors and disks along, their code is there without them.
  if (module === undefined) return { argv: [name, ...conf], answers };
  const code = `import sys; sys.argv[0] = "${name}"; from ${module} import main; main()`;
  return { argv: [PYTHON, '-c', code, ...conf], answers };
}

const BY_MODULE: ReadonlyMap<Worker, string> = new Map([
  ['nova-compute', 'nova.cmd.compute'],
  ['cinder-volume', 'cinder.cmd.volume'],
]);
