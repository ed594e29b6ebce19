import { adminToken } from '../openstack.ts';
import type { Listener } from './settings.ts';

/** What is asked of a service as the administrator. */
export interface Asking {
  readonly service: Listener;
  readonly path: string;
  /** GET when left out. */
  readonly method?: string;
  /** Sent as JSON; bytes as they are. */
  readonly body?: object | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks a service as the administrator; answers with the JSON that it says. Fails when it refuses. */
export type AskCloud = (asking: Asking) => Promise<Record<string, unknown>>;

/** A cloud that is asked with one token of its administrator. */
export async function administrator(ports: Readonly<Record<Listener, number>>): Promise<AskCloud> {
  const token = await adminToken(`http://127.0.0.1:${ports.keystone}/v3`);
  return async ({ service, path, method = 'GET', body, headers = {} }) => {
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    const answer = await fetch(`http://127.0.0.1:${ports[service]}${path}`, {
      method,
      headers: { 'x-auth-token': token, 'content-type': type, ...headers },
      ...(body !== undefined && { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${service}: ${method} ${path} answers ${answer.status} ${said.slice(0, 500)}`);
    return said === '' ? {} : (JSON.parse(said) as Record<string, unknown>);
  };
}

interface Made {
  readonly id: string;
}

/** What was asked for under a key. */
const at = <T>(document: Record<string, unknown>, key: string): T => document[key] as T;

/** Tries until it is so; fails after so many seconds with what it waited for. */
export async function until(what: string, seconds: number, look: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  let last: unknown;
  while (performance.now() < end) {
    const isSo = await look().catch((error: unknown) => {
      last = error;
      return false;
    });
    if (isSo) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`waited ${seconds} s for ${what}`, { cause: last });
}

/** Makes what a small cloud has; `projectId` is that of the administrator. */
export async function fillCloud(ask: AskCloud, projectId: string): Promise<void> {
  const image = await makeImages(ask);
  await makeNetworks(ask);
  await Promise.all([makeVolumes(ask, projectId), makeServers(ask, image), makeStack(ask, projectId)]);
}

/** Two images with bytes in them and one that waits for its bytes. */
async function makeImages(ask: AskCloud): Promise<string> {
  const make = async (name: string): Promise<string> => {
    const body = { name, disk_format: 'raw', container_format: 'bare', visibility: 'public' };
    return at<string>(await ask({ service: 'glance', path: '/v2/images', method: 'POST', body }), 'id');
  };
  const ids = [await make('first'), await make('second')];
  for (const id of ids) {
    await ask({ service: 'glance', path: `/v2/images/${id}/file`, method: 'PUT', body: new Uint8Array(65_536) });
  }
  await make('waiting');
  return ids[0] ?? '';
}

/** Two networks, a subnet of one of them, and a router. */
async function makeNetworks(ask: AskCloud): Promise<void> {
  const make = async (kind: string, body: object): Promise<Made> =>
    at(await ask({ service: 'neutron', path: `/v2.0/${kind}s`, method: 'POST', body: { [kind]: body } }), kind);
  const network = await make('network', { name: 'inner', shared: true });
  await make('network', {
    name: 'outer',
    'router:external': true,
    'provider:network_type': 'flat',
    'provider:physical_network': 'physnet1',
  });
  const subnet = await make('subnet', { name: 'inner', network_id: network.id, ip_version: 4, cidr: '10.77.0.0/24' });
  const router = await make('router', { name: 'router' });
  const path = `/v2.0/routers/${router.id}/add_router_interface`;
  await ask({ service: 'neutron', path, method: 'PUT', body: { subnet_id: subnet.id } });
}

/** A volume of each state that is counted, and a snapshot. */
async function makeVolumes(ask: AskCloud, projectId: string): Promise<void> {
  const base = `/v3/${projectId}`;
  const cinder = (path: string, body?: object) =>
    ask({
      ...{ service: 'cinder', path: base + path, headers: { 'openstack-api-version': 'volume 3.44' } },
      ...(body && { method: 'POST', body }),
    });
  await until('cinder-volume', 90, async () =>
    at<{ binary: string; state: string }[]>(await cinder('/os-services'), 'services').some(
      ({ binary, state }) => binary === 'cinder-volume' && state === 'up',
    ),
  );
  for (const state of ['available', 'in-use', 'error']) {
    const { id } = at<Made>(await cinder('/volumes', { volume: { name: state, size: 1 } }), 'volume');
    await until(`the volume ${state}`, 60, async () => {
      const { status } = at<{ status: string }>(await cinder(`/volumes/${id}`), 'volume');
      return status === 'available';
    });
    if (state === 'available') await cinder('/snapshots', { snapshot: { name: 'kept', volume_id: id } });
    if (state === 'error') await cinder(`/volumes/${id}/action`, { 'os-reset_status': { status: state } });
    if (state === 'in-use') await attach(cinder, id);
  }
}

/** Attaches a volume to a server that is none of nova's, which cinder takes our word for. */
async function attach(cinder: (path: string, body: object) => Promise<Record<string, unknown>>, id: string) {
  const connector = {
    ...{ initiator: 'iqn.2000-01.org.example:node1', ip: '127.0.0.1', host: 'node1', mountpoint: '/dev/vdb' },
    ...{ platform: 'x86_64', os_type: 'linux2', multipath: false, mode: 'rw' },
  };
  const attachment = { volume_uuid: id, instance_uuid: '22222222-2222-4222-8222-222222222222', connector };
  const made = at<Made>(await cinder('/attachments', { attachment }), 'attachment');
  await cinder(`/attachments/${made.id}/action`, { 'os-complete': {} });
}

/** A server that runs, one that is switched off, and one that failed. */
async function makeServers(ask: AskCloud, image: string): Promise<void> {
  const nova = (path: string, body?: object, headers = {}) =>
    ask({ service: 'nova', path: `/v2.1${path}`, headers, ...(body && { method: 'POST', body }) });
  const size = { name: 'tiny', ram: 64, vcpus: 1, disk: 0 };
  const flavor = at<Made>(await nova('/flavors', { flavor: size }), 'flavor');
  await until('a hypervisor', 120, async () => at<unknown[]>(await nova('/os-hypervisors'), 'hypervisors').length > 0);
  const newer = { 'openstack-api-version': 'compute 2.37' };
  for (const name of ['runs', 'stands', 'failed']) {
    const server = { name, flavorRef: flavor.id, imageRef: image, networks: 'none' };
    const { id } = at<Made>(await nova('/servers', { server }, newer), 'server');
    const is = (wanted: string) => async () =>
      at<{ status: string }>(await nova(`/servers/${id}`), 'server').status === wanted;
    await until(`the server ${name}`, 90, is('ACTIVE'));
    if (name === 'stands') {
      await nova(`/servers/${id}/action`, { 'os-stop': null });
      await until('the server to stop', 60, is('SHUTOFF'));
    }
    if (name === 'failed') await nova(`/servers/${id}/action`, { 'os-resetState': { state: 'error' } });
  }
}

async function makeStack(ask: AskCloud, projectId: string): Promise<void> {
  const base = `/v1/${projectId}/stacks`;
  const resources = { value: { type: 'OS::Heat::Value', properties: { value: 'x' } } };
  const body = { stack_name: 'stack', template: { heat_template_version: '2016-10-14', resources } };
  const headers = { 'x-auth-user': 'admin', 'x-auth-key': 'adminpass' };
  await until('heat-engine', 90, async () => {
    await ask({ service: 'heat', path: base, method: 'POST', body, headers });
    return true;
  });
  await until('the stack', 60, async () =>
    at<{ stack_status: string }[]>(await ask({ service: 'heat', path: base }), 'stacks').every(
      ({ stack_status: status }) => status === 'CREATE_COMPLETE',
    ),
  );
}
