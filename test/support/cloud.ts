import { readFileSync } from 'node:fs';
import type { Probe } from '../../src/collectors/support/maas-probe.ts';
import type { FetchAnswer, FetchRequest, Host } from '../../src/net/host.ts';
import type { Printing } from '../../src/openstack/lines.ts';
import { linesOf, printed } from '../../src/openstack/lines.ts';
import type { ProbeRun } from '../../src/openstack/metric.ts';
import { runProbe } from '../../src/openstack/probing.ts';
import type { TokenStore } from '../../src/openstack/tokens.ts';
import { fakeHost, never, systemError, type World } from './host.ts';

/** What a real cloud once answered, as a text. */
export const recordedCloud = (name: string): string =>
  readFileSync(new URL(`../fixtures/openstack/${name}`, import.meta.url), 'utf8');

type Page = Partial<FetchAnswer> | ((request: FetchRequest) => Partial<FetchAnswer>);

/** Pages by their address. */
export type Pages = Record<string, Page>;

/** A page of JSON. */
export const json = (document: unknown, status = 200): Partial<FetchAnswer> => ({
  status,
  body: Buffer.from(JSON.stringify(document)),
});

/** A page of text. */
export const html = (text: string, status = 200): Partial<FetchAnswer> => ({ status, body: Buffer.from(text) });

/** A page as it was recorded. */
export const recordedPage = (name: string, status = 200): Partial<FetchAnswer> => ({
  status,
  body: Buffer.from(recordedCloud(name)),
});

export const OPENRC = `OS_AUTH_URL=http://127.0.0.1:5000/v3
OS_USERNAME=maas-user
OS_PASSWORD=geheim42
OS_TENANT_NAME=maas-project
`;

export const PROJECT = 'dd04f038717c40a198bf44628f4e54d1';

let tokens = 0;

/** What keystone answers to whoever logs in: a token that was never given before. */
export const tokenPage = (): Partial<FetchAnswer> => ({
  status: 201,
  headers: { 'x-subject-token': `gAAAAA-token-${++tokens}` },
  body: Buffer.from(
    recordedCloud('ks_token.json').replace(/"expires_at": "[^"]*"/, '"expires_at": "2199-01-01T00:00:00.000000Z"'),
  ),
});

const LOGIN = 'http://127.0.0.1:5000/v3/auth/tokens';

/** The whole of a recorded cloud, at the addresses of its catalog. */
export const CLOUD: Pages = {
  [LOGIN]: tokenPage,
  'http://127.0.0.1:5000/v3/services': recordedPage('ks_services.json'),
  'http://127.0.0.1:5000/v3/projects': recordedPage('ks_projects.json'),
  'http://127.0.0.1:5000/v3/users': recordedPage('ks_users.json'),
  'http://127.0.0.1:5000/v3/domains': recordedPage('ks_domains.json'),
  'http://127.0.0.1:8774/v2.1/servers/detail?all_tenants=1': recordedPage('no_servers_all.json'),
  'http://127.0.0.1:8774/v2.1/os-services': recordedPage('no_services.json'),
  'http://127.0.0.1:8774/v2.1/os-hypervisors/detail': recordedPage('no_hypervisors.json'),
  'http://127.0.0.1:8774/v2.1/limits': recordedPage('no_limits.json'),
  [`http://127.0.0.1:8776/v3/${PROJECT}/volumes/detail?all_tenants=1`]: recordedPage('ci_volumes_all.json'),
  [`http://127.0.0.1:8776/v3/${PROJECT}/snapshots/detail?all_tenants=1`]: recordedPage('ci_snapshots_all.json'),
  [`http://127.0.0.1:8776/v3/${PROJECT}/os-services`]: recordedPage('ci_services.json'),
  'http://127.0.0.1:9292/v2/images?limit=1000': recordedPage('gl_images.json'),
  'http://127.0.0.1:5000/': recordedPage('ks_root.json', 300),
  'http://127.0.0.1:9292/': recordedPage('gl_v1.json', 300),
  'http://127.0.0.1:9292/healthcheck': html('OK'),
  'http://127.0.0.1:9696/v2.0/agents': recordedPage('ne_agents.json'),
  'http://127.0.0.1:9696/v2.0/agents?fields=id': recordedPage('ne_agents.json'),
  'http://127.0.0.1:9696/v2.0/networks?fields=id': recordedPage('ne_networks.json'),
  'http://127.0.0.1:9696/v2.0/routers?fields=id': recordedPage('ne_routers.json'),
  'http://127.0.0.1:9696/v2.0/subnets?fields=id': recordedPage('ne_subnets.json'),
  [`http://127.0.0.1:8004/v1/${PROJECT}/build_info`]: recordedPage('he_build.json'),
  [`http://127.0.0.1:8004/v1/${PROJECT}/services`]: recordedPage('he_services.json'),
  [`http://127.0.0.1:8004/v1/${PROJECT}/stacks?global_tenant=true`]: recordedPage('he_stacks_all.json', 403),
  [`http://127.0.0.1:8004/v1/${PROJECT}/stacks`]: recordedPage('he_stacks.json'),
};

/** A request that a fake cloud was sent. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A machine that sees a cloud of these pages, and what it was asked. */
export function cloudHost(pages: Pages = CLOUD, world: World = {}): Host & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const host = fakeHost({ files: { '/root/openrc-maas': OPENRC }, ...world, pages });
  return {
    ...host,
    asked,
    async fetch(request, signal) {
      const { url, method = 'GET', headers = {}, body = '' } = request;
      asked.push({ method, url, headers, body: String(body) });
      request.onPhase?.('answered');
      return await host.fetch(request, signal);
    },
  };
}

/** How often keystone was asked for a token. */
export const loginsIn = (asked: readonly Asked[]): number => asked.filter(({ url }) => url.endsWith('/tokens')).length;

/** A service that nobody serves. */
export const refusing: Page = () => {
  throw systemError('ECONNREFUSED', 'connect');
};

interface Given {
  readonly options?: object;
  readonly host?: Host;
  readonly environment?: Readonly<Record<string, string>>;
  readonly store?: TokenStore;
  readonly limitMs?: number;
  readonly profile?: 'seed' | 'full';
}

/** Runs a probe once as the command line does. */
export const probed = (
  probe: Probe,
  { options = {}, host = cloudHost(), environment = {}, store, limitMs = 10_000, profile = 'seed' }: Given = {},
): Promise<ProbeRun> =>
  runProbe(probe.probe.runnable(options), {
    ...{ host, signal: never, limitMs, profile, agent: 'opsbro/test' },
    environment: new Map(Object.entries(environment)),
    ...(store && { store }),
  });

const PRINTING: Printing = { profile: 'seed', aliases: 'left out', maxMetrics: 0, times: 'double' };

/** The lines that a run prints, with times that differ as `N`. */
export const shown = (run: ProbeRun, printing: Partial<Printing> = {}): string[] =>
  linesOf(printed(run, { ...PRINTING, ...printing }))
    .replace(/ double \d+\.\d{3} ms/g, ' double N ms')
    .trimEnd()
    .split('\n');
