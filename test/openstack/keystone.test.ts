import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { tokenFiles } from '../../src/agent/maas-tokens.ts';
import keystone from '../../src/collectors/keystone-api-local-check.ts';
import nova from '../../src/collectors/nova-api-local-check.ts';
import { credentialsOf } from '../../src/openstack/credentials.ts';
import { catalogUrl, localUrl } from '../../src/openstack/endpoint.ts';
import type { Token } from '../../src/openstack/keystone.ts';
import { readOpenrc } from '../../src/openstack/openrc.ts';
import {
  CLOUD,
  cloudHost,
  html,
  json,
  loginsIn,
  OPENRC,
  type Pages,
  probed,
  recordedPage,
  shown,
  tokenPage,
} from '../support/cloud.ts';
import { systemError } from '../support/host.ts';

const LOGIN = 'http://127.0.0.1:5000/v3/auth/tokens';

describe('a file of credentials', () => {
  test.each([
    ['export OS_PASSWORD="a b"  # x', 'a b'],
    ["OS_PASSWORD='it is'", 'it is'],
    ['  export   OS_PASSWORD = plain # comment', 'plain'],
    ['OS_PASSWORD=a#b', 'a#b'],
    ['OS_PASSWORD="a # b"', 'a # b'],
    ['OS_PASSWORD=x\r', 'x'],
    ['OS_PASSWORD=$HOME', '$HOME'],
    ['OS_PASSWORD=first\nOS_PASSWORD=second', 'first'],
    ['# OS_PASSWORD=no\nif true; then\nOS_PASSWORD=yes', 'yes'],
    ['OS_PASSWORD=', ''],
  ])('%j holds the password %j', (text, password) => {
    expect(readOpenrc(text).get('OS_PASSWORD')).toBe(password);
  });

  test.each(['OS_USERNAME', 'OS_PASSWORD', 'OS_TENANT_NAME', 'OS_AUTH_URL'])('without %s is none', async (name) => {
    const text = OPENRC.split('\n')
      .filter((line) => !line.startsWith(name))
      .join('\n');
    const host = cloudHost(CLOUD, { files: { '/root/openrc-maas': text } });
    expect(shown(await probed(keystone, { host }))).toEqual([`status error ${name} not set`]);
  });

  test('may be missing when the environment has them', async () => {
    const environment = Object.fromEntries(readOpenrc(OPENRC));
    const host = cloudHost(CLOUD, { files: {} });
    expect(shown(await probed(keystone, { host, environment }))[0]).toBe('status okay');
    const other = cloudHost(CLOUD, { files: { '/root/openrc': OPENRC } });
    expect(shown(await probed(keystone, { host: other, environment: { OS_USERNAME: 'x' } }))[0]).toBe('status okay');
  });

  test('that may not be read is an error, whatever the environment has', async () => {
    const files = { '/root/openrc-maas': systemError('EACCES', 'permission denied') };
    const run = await probed(keystone, {
      host: cloudHost(CLOUD, { files }),
      environment: Object.fromEntries(readOpenrc(OPENRC)),
    });
    expect(shown(run)).toEqual(['status error /root/openrc-maas cannot be read: EACCES']);
  });

  test('may have an application credential instead of a password', async () => {
    const text =
      'OS_AUTH_URL=http://127.0.0.1:5000\nOS_APPLICATION_CREDENTIAL_ID=app\nOS_APPLICATION_CREDENTIAL_SECRET=geheim42\n';
    const host = cloudHost(CLOUD, { files: { '/root/openrc-maas': text } });
    expect(shown(await probed(keystone, { host }))[0]).toBe('status okay');
    const { auth } = JSON.parse(host.asked[0]?.body ?? '') as { auth: unknown };
    expect(auth).toEqual({
      identity: { methods: ['application_credential'], application_credential: { id: 'app', secret: 'geheim42' } },
    });
  });

  test('may name domains, regions and interfaces', () => {
    const more =
      'OS_USER_DOMAIN_NAME=users\nOS_PROJECT_DOMAIN_ID=abc\nOS_REGION_NAME=R2\nOS_ENDPOINT_TYPE=internalURL\n';
    expect(credentialsOf(readOpenrc(OPENRC + more))).toMatchObject({
      ...{
        user: { domain: { name: 'users' } },
        project: { domain: { id: 'abc' } },
        region: 'R2',
        interface: 'internal',
        version: 'v3',
      },
    });
  });
});

describe('logging in', () => {
  test('asks for a token of the project', async () => {
    const host = cloudHost();
    await probed(keystone, { host });
    expect(JSON.parse(host.asked[0]?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'maas-user', domain: { name: 'Default' }, password: 'geheim42' } },
        },
        scope: { project: { name: 'maas-project', domain: { name: 'Default' } } },
      },
    });
  });

  test.each([
    [
      'a wrong password',
      recordedPage('ks_token_badpw.json', 401),
      `status error ${LOGIN} answered 401: The request you have made requires authentication.`,
    ],
    ['a page of HTML', html('<h1>503</h1>', 503), `status error ${LOGIN} answered 503: no token`],
    ['a token that is none', json({ token: {} }, 201), `status error ${LOGIN} answered 201: no token`],
  ])('ends in an error at %s', async (_, page, line) => {
    expect(shown(await probed(nova, { host: cloudHost({ ...CLOUD, [LOGIN]: page }) }))).toEqual([line]);
  });

  test('shows nobody the password, not even when keystone repeats it', async () => {
    const echo = json({ error: { message: 'geheim42 is wrong' } }, 401);
    const run = await probed(nova, { host: cloudHost({ ...CLOUD, [LOGIN]: echo }) });
    expect(shown(run)[0]).toContain('****** is wrong');
    expect(JSON.stringify(run.requests)).not.toContain('geheim42');
  });

  test('goes on with the third version where the second is gone', async () => {
    const files = { '/root/openrc-maas': OPENRC.replace('/v3', '/v2.0') };
    const host = cloudHost(
      { ...CLOUD, 'http://127.0.0.1:5000/v2.0/tokens': recordedPage('ks_v2.txt', 404) },
      { files },
    );
    expect(shown(await probed(keystone, { host }))).toContain('metric keystone_api_local_status uint32 1');
    expect(loginsIn(host.asked)).toBe(2);
  });

  test('finds out the version from an address that names none', async () => {
    const files = { '/root/openrc-maas': OPENRC.replace('/v3', '') };
    const host = cloudHost({ ...CLOUD, 'http://127.0.0.1:5000/': recordedPage('ks_root.json', 300) }, { files });
    expect(shown(await probed(keystone, { host }))[0]).toBe('status okay');
    expect(host.asked[1]?.url).toBe(LOGIN);
  });

  test('still speaks the second version', async () => {
    const url = (port: number) => `http://10.0.0.1:${port}/v2.0`;
    const access = {
      token: { id: 'T', expires: '2199-01-01T01:00:00Z', tenant: { id: 'TID', name: 'maas-tenant' } },
      serviceCatalog: [
        {
          type: 'identity',
          endpoints: [{ region: 'R1', publicURL: url(5000), internalURL: url(5000), adminURL: url(35_357) }],
        },
      ],
    };
    const files = { '/root/openrc-maas': OPENRC.replace('/v3', '/v2.0') };
    const pages: Pages = {
      'http://127.0.0.1:5000/v2.0/tokens': json({ access }),
      [`${url(35_357)}/OS-KSADM/services`]: json({ 'OS-KSADM:services': [] }),
      [`${url(35_357)}/tenants`]: json({ tenants: [{}, {}] }),
      [`${url(35_357)}/users`]: json({ users: [{}] }),
    };
    expect(shown(await probed(keystone, { host: cloudHost(pages, { files }), options: { ip: '10.0.0.1' } }))).toEqual([
      'status okay',
      'metric keystone_api_local_status uint32 1',
      'metric keystone_api_local_response_time double N ms',
      'metric keystone_user_count uint32 1 users',
      'metric keystone_tenant_count uint32 2 tenants',
    ]);
  });
});

describe('a token', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const folder = () => folders[folders.push(mkdtempSync(join(tmpdir(), 'opsbro-maas-'))) - 1] ?? '';

  const tokenUntil = (expires: string) => () => ({
    ...tokenPage(),
    body: Buffer.from(tokenPage().body?.toString().replace('2199-01-01T00:00:00.000000Z', expires) ?? ''),
  });

  test('is kept in a file that only its owner may read, and used again', async () => {
    const place = folder();
    const first = cloudHost();
    await probed(keystone, { host: first, store: tokenFiles(place) });
    const [file = ''] = readdirSync(place);
    expect(file).toMatch(/^maas-token-[0-9a-f]{64}\.json$/);
    expect(statSync(join(place, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(place, file), 'utf8')).not.toContain('geheim42');
    const second = cloudHost();
    expect(shown(await probed(keystone, { host: second, store: tokenFiles(place) }))[0]).toBe('status okay');
    expect([loginsIn(first.asked), loginsIn(second.asked)]).toEqual([1, 0]);
  });

  test('that has ended is asked for anew, in whatever zone the machine is', async () => {
    const { TZ: zone } = process.env;
    process.env['TZ'] = 'Asia/Tokyo';
    const place = folder();
    const ended = {
      ...CLOUD,
      [LOGIN]: tokenUntil(new Date(cloudHost().clock.wall() + 30_000).toISOString().replace('Z', '')),
    };
    await probed(keystone, { host: cloudHost(ended), store: tokenFiles(place) });
    const host = cloudHost();
    await probed(keystone, { host, store: tokenFiles(place) });
    expect(loginsIn(host.asked)).toBe(1);
    process.env['TZ'] = zone;
  });

  test('in a damaged file, or in one that cannot be written, is as if there were none', async () => {
    const place = folder();
    await probed(keystone, { store: tokenFiles(place) });
    writeFileSync(join(place, readdirSync(place)[0] ?? ''), '{"id": 7');
    const host = cloudHost();
    expect(shown(await probed(keystone, { host, store: tokenFiles(place) }))[0]).toBe('status okay');
    expect(loginsIn(host.asked)).toBe(1);
    expect(shown(await probed(keystone, { store: tokenFiles('/dev/null/nowhere') }))[0]).toBe('status okay');
  });

  test('is not kept when that is not wanted', async () => {
    const place = folder();
    const files = { '/root/openrc-maas': `${OPENRC}OS_NO_CACHE=1\n` };
    await probed(keystone, { host: cloudHost(CLOUD, { files }), store: tokenFiles(place) });
    await probed(keystone, { options: { no_token_cache: true }, store: tokenFiles(place) });
    expect(readdirSync(place)).toEqual([]);
  });

  test('is asked for once by all who want it at once, and until it ends', async () => {
    const host = cloudHost();
    await Promise.all(Array.from({ length: 10 }, () => probed(keystone, { host })));
    await probed(nova, { host });
    expect(loginsIn(host.asked)).toBe(1);
  });
});

describe('an address', () => {
  const endpoint = (kind: string, region: string, url: string) => ({ interface: kind, region, url });
  const token: Token = {
    ...{ id: 'T', expiresAt: 0, projectId: 'P', version: 'v3' },
    catalog: [
      { type: 'volumev2', endpoints: [endpoint('public', 'R1', 'http://vip:8776/v2/P/')] },
      {
        type: 'volumev3',
        endpoints: [
          endpoint('public', 'R2', 'http://vip:8776/v3/P'),
          endpoint('internal', 'R1', 'http://int:8776/v3/P'),
        ],
      },
    ],
  };

  test.each([
    [{ interface: 'public', region: undefined }, 'http://vip:8776/v3/P'],
    [{ interface: 'internal', region: undefined }, 'http://int:8776/v3/P'],
    [{ interface: 'public', region: 'R1' }, 'http://int:8776/v3/P'],
    [{ interface: 'admin', region: 'R2' }, 'http://vip:8776/v3/P'],
    [{ interface: 'public', region: 'R9' }, undefined],
  ] as const)('for %j is %s', (choice, url) => {
    expect(catalogUrl(token, 'volume', choice)).toBe(url);
  });

  test.each([
    [undefined, 'http://vip:8776/v2/P'],
    [{ protocol: 'https', address: 'fd00::1', port: 1 }, 'https://[fd00::1]:1/v2/P'],
    [{ protocol: 'http', address: 'box', port: 8776 }, 'http://box:8776/v2/P'],
  ] as const)('at %j keeps its path', (place, url) => {
    expect(localUrl('http://vip:8776/v2/P/', place)).toBe(url);
  });
});
