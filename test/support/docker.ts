import type { FetchRequest, Host } from '../../src/net/host.ts';
import { MEMBERSHIP, type Used, version2 } from './cgroup-trees.ts';
import { fakeHost, systemError, type World } from './host.ts';

/** A container of the fake engine. */
export interface FakeContainer {
  readonly name: string;
  readonly image?: string;
  readonly state?: string;
  readonly pid?: number;
  readonly health?: string;
  readonly restarts?: number;
}

export const idOf = ({ name }: FakeContainer): string => Buffer.from(name).toString('hex').padEnd(64, '0');

/** What an engine answers, in the form of the documentation of its API, to whoever asks by a path. */
export class FakeDocker {
  containers: readonly FakeContainer[] = [];
  /** Is still listed, but there no more. */
  gone: FakeContainer | undefined;
  /** What its events since the last question are. */
  events: readonly object[] = [];
  stats: object = {};
  failure: Error | undefined;
  readonly asked: string[] = [];

  /** A machine on which it listens. */
  host(world: World): Host {
    const host = fakeHost(world);
    return { ...host, fetch: async (request) => await this.#fetch(request) };
  }

  async #fetch({ url, socketPath }: FetchRequest) {
    if (this.failure) throw this.failure;
    if (socketPath !== '/var/run/docker.sock') throw systemError('ENOENT', `connect ${socketPath}`);
    const path = url.slice('http://docker'.length);
    this.asked.push(path);
    const answer = this.#answer(path);
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer ?? { message: 'No such container' });
    return { status: answer === undefined ? 404 : 200, headers: {}, body: Buffer.from(text) };
  }

  #answer(path: string): object | string | undefined {
    if (path === '/version') return VERSION;
    if (path === '/images/json') return IMAGES;
    if (path === '/containers/json?all=1') return this.containers.map(listed);
    if (path.startsWith('/events?')) return this.events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const [, id, what] = /^\/containers\/([0-9a-f]+)\/(\w+)/.exec(path) ?? [];
    const container = this.containers.find((each) => idOf(each) === id);
    if (!container || container === this.gone) return undefined;
    return what === 'stats' ? this.stats : inspected(container);
  }
}

/** Files of a machine with a container's control group of version 2. */
export function filesOf(container: FakeContainer, used: Used): Record<string, string> {
  const path = `/system.slice/docker-${idOf(container)}.scope`;
  return {
    '/var/run/docker.sock': '',
    [`/proc/${container.pid}/cgroup`]: MEMBERSHIP[2](path),
    [`/proc/${container.pid}/net/dev`]: `Inter-|\n face |\n    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n  eth0: ${used.readBytes} 1 0 0 0 0 0 0 500 1 0 0 0 0 0 0\n`,
    ...version2(path, used),
  };
}

export const WEB: FakeContainer = { name: 'web.1', image: 'nginx:1.27', pid: 4_242, health: 'healthy', restarts: 2 };

const VERSION = {
  Platform: { Name: 'Docker Engine - Community' },
  Version: '28.2.2',
  ApiVersion: '1.50',
  MinAPIVersion: '1.24',
  Os: 'linux',
  Arch: 'amd64',
};

const IMAGES = [
  {
    Id: 'sha256:aaaa',
    RepoTags: ['nginx:1.27'],
    RepoDigests: null,
    Created: 1_700_000_000,
    Size: 192_000_000,
    Labels: { maintainer: 'nginx' },
    Containers: -1,
  },
  { Id: 'sha256:bbbb', RepoTags: null, Created: 1_600_000_000, Size: 5_000_000, Labels: null, Containers: -1 },
];

const listed = (container: FakeContainer) => ({
  Id: idOf(container),
  Names: [`/${container.name}`],
  Image: container.image ?? 'busybox',
  ImageID: 'sha256:aaaa',
  Command: 'nginx -g "daemon off;"',
  Created: 1_700_000_100,
  Ports: [],
  Labels: {},
  State: container.state ?? 'running',
  Status: 'Up 2 minutes',
});

const inspected = (container: FakeContainer) => ({
  Id: idOf(container),
  Name: `/${container.name}`,
  Created: '2023-11-14T22:15:00.000000000Z',
  RestartCount: container.restarts ?? 0,
  State: {
    Status: container.state ?? 'running',
    Running: true,
    Pid: container.pid ?? 0,
    StartedAt: '2023-11-14T22:15:01.000000000Z',
    ...(container.health !== undefined && { Health: { Status: container.health, FailingStreak: 0 } }),
  },
  Image: 'sha256:aaaa',
  Config: { Image: container.image ?? 'busybox', Env: ['PASSWORD=hunter2'], Labels: { 'opsbro.service': 'web' } },
  Mounts: [{ Type: 'bind', Source: '/srv/www', Destination: '/usr/share/nginx/html', Mode: 'ro', RW: false }],
  NetworkSettings: {
    Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }], '443/tcp': null },
    Networks: { bridge: { IPAddress: '172.17.0.2', Gateway: '172.17.0.1' } },
  },
});

/** A machine with one container, for whoever asks once. */
export const DOCKER_HOST: World = {
  files: filesOf(WEB, { cpuS: 1, readBytes: 1_000 }),
  pages: Object.fromEntries(
    [
      ['/version', VERSION],
      ['/images/json', IMAGES],
      ['/containers/json?all=1', [listed(WEB)]],
      [`/containers/${idOf(WEB)}/json`, inspected(WEB)],
    ].map(([path, answer]) => [`http://docker${path}`, { body: Buffer.from(JSON.stringify(answer)) }]),
  ),
};
