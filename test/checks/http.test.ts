import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import http from '../../src/checks/http.ts';
import type { CheckResult } from '../../src/model/check.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { madeCertificate } from '../support/certificates.ts';
import { checkContext, valued } from '../support/check.ts';
import { fakeHost, never } from '../support/host.ts';
import { pagesOf } from '../support/pages.ts';
import { tempDirectory } from '../support/temp.ts';

/** Runs a check on this machine. */
async function judged(options: object | string, more: object = {}): Promise<CheckResult> {
  await using host = systemHost(systemClock);
  return await http.configure({ http: options, ...more })(checkContext({ host }), never);
}

const PIECE = Buffer.alloc(65_536, 'x');

const SITE: RequestListener = (request, response) => {
  const { url = '/', headers } = request;
  const code = Number(/^\/(\d{3})/.exec(url)?.[1] ?? 200);
  if (url === '/slow') return;
  if (url === '/endless') {
    const more = () => {
      while (!response.destroyed && response.write(PIECE));
    };
    response.on('drain', more);
    return more();
  }
  if (url === '/headers') return void response.end(JSON.stringify(headers));
  if (url === '/302') response.setHeader('location', '/200');
  if (url === '/meta') response.writeHead(302, { location: 'http://169.254.169.254/latest' });
  else response.statusCode = code;
  response.end('hello there');
};

test.each([
  ['/200', {}, 'ok', /^HTTP OK: HTTP\/1\.1 200 OK - \d+ bytes in 0\.\d{3} second response time$/],
  ['/302', {}, 'ok', /^HTTP OK: HTTP\/1\.1 302 Found - /],
  ['/404', {}, 'warning', /^HTTP WARNING: HTTP\/1\.1 404 Not Found - /],
  ['/500', {}, 'critical', /^HTTP CRITICAL: HTTP\/1\.1 500 Internal Server Error - /],
  ['/404', { expect_status: '200-299,404' }, 'ok', /^HTTP OK/],
  ['/200', { expect_status: 204 }, 'critical', /^HTTP CRITICAL/],
  ['/200', { expect_body: 'absent' }, 'critical', / - string 'absent' not found - /],
  ['/200', { expect_body: 'hello' }, 'ok', /^HTTP OK/],
  ['/200', { refuse_body: ['hello'] }, 'critical', / - string 'hello' found - /],
  ['/200', { expect_regexp: '^hello\\s' }, 'ok', /^HTTP OK/],
  ['/200', { expect_regexp: '^there' }, 'critical', /pattern not found/],
  ['/200', { expect_header: { Date: '/GMT$/' } }, 'ok', /^HTTP OK/],
  ['/200', { expect_header: { 'X-Own': 'a' } }, 'critical', /header X-Own is not as expected/],
  ['/200', { warning_time: '0s' }, 'warning', /slower than 0\.000 s/],
  ['/200', { warning_time: '0s', critical_time: '0s' }, 'critical', /slower than 0\.000 s/],
  ['/302', { follow: 1 }, 'ok', /200 OK/],
  ['/endless', { max_body: '100k' }, 'ok', /^HTTP OK: HTTP\/1\.1 200 OK - 102\d{3} bytes/],
  ['/meta', { follow: 3 }, 'critical', /^HTTP CRITICAL - 169\.254\.169\.254 is refused/],
])('the page %s with %j is %s', async (path, options, state, output) => {
  await using site = await pagesOf(SITE);
  const result = await judged({ url: `http://127.0.0.1:${site.port}${path}`, ...options });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('the time and the size are measured', async () => {
  await using site = await pagesOf(SITE);
  const { perfdata = [] } = await judged(`http://127.0.0.1:${site.port}/`);
  expect(perfdata[0]).toMatch(/^time=0\.\d{6}s;;;0;10$/);
  expect(perfdata[1]).toMatch(/^size=\d+B;;;0$/);
});

test('a page that does not come is told of with how far it got', async () => {
  await using site = await pagesOf(SITE);
  expect(await judged(`http://127.0.0.1:${site.port}/slow`, { timeout: '300ms' })).toEqual({
    state: 'critical',
    output: expect.stringMatching(/^HTTP CRITICAL - timeout after 0\.3 s \(connect 0\.\d{3} s, first byte never\)$/),
  });
});

test('a port that refuses is told of as people know it', async () => {
  expect(await judged('http://127.0.0.1:1/')).toEqual({
    state: 'critical',
    output: 'HTTP CRITICAL - connect to 127.0.0.1 port 1: connection refused',
  });
});

test('a certificate is verified, and its end seen coming', async () => {
  using folder = tempDirectory();
  const [long, short] = [madeCertificate(60), madeCertificate(7)];
  const ca = (cert: string) => {
    const path = join(folder.path, 'ca.pem');
    writeFileSync(path, cert);
    return path;
  };
  await using site = await pagesOf(SITE, long);
  await using ending = await pagesOf(SITE, short);
  const [here, there] = [`https://localhost:${site.port}/`, `https://localhost:${ending.port}/`];
  expect(await judged(here)).toMatchObject({ state: 'critical', output: expect.stringContaining('self-signed') });
  expect((await judged({ url: here, ca: ca(long.cert) })).state).toBe('ok');
  expect((await judged({ url: here, verify: false, cert_warning: '61d' })).output).toContain(
    'certificate ends in 59 days',
  );
  expect(await judged({ url: there, ca: ca(short.cert) })).toMatchObject({
    state: 'warning',
    output: expect.stringContaining('certificate ends in 6 days'),
  });
  expect((await judged({ url: there, verify: false, cert_critical: '10d' })).state).toBe('critical');
  const named = { url: `https://127.0.0.1:${site.port}/`, ca: ca(long.cert), server_name: 'other.example.org' };
  expect((await judged(named)).state).toBe('critical');
});

test('an address may be given beside the name that is asked for', async () => {
  await using site = await pagesOf(SITE);
  const url = `http://shop.example.org:${site.port}/headers`;
  const options = { url, address: '127.0.0.1', user: 'ann', password: 'pw', headers: { 'X-Own': '1' } };
  const expected = [
    '"host":"shop.example.org:',
    `"authorization":"Basic ${Buffer.from('ann:pw').toString('base64')}"`,
    '"x-own":"1"',
  ];
  expect(await judged({ ...options, expect_body: expected })).toMatchObject({ state: 'ok' });
});

test('another host gets no login', async () => {
  await using other = await pagesOf(SITE);
  await using site = await pagesOf((_, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${other.port}/headers` }).end();
  });
  const options = { url: `http://127.0.0.1:${site.port}/`, follow: 1, user: 'ann', refuse_body: 'authorization' };
  expect(await judged(options)).toMatchObject({ state: 'ok' });
});

test.each(['http://169.254.169.254/', 'http://[fe80::1]/', 'http://[::ffff:169.254.1.1]/', 'http://100.100.100.200/'])(
  '%s is refused before it is connected to',
  async (url) => {
    expect((await judged(url)).output).toMatch(/^HTTP CRITICAL - \S+ is refused: /);
  },
);

test('holes in the address are filled in', async () => {
  const host = fakeHost({ pages: { 'http://db-1/': {} } });
  const run = http.configure({ http: 'http://{{name}}/' });
  const answers = { 'http://{{name}}/': valued('http://db-1/') };
  expect((await run(checkContext({ host, answers }), never)).state).toBe('ok');
});

test.each([
  { url: '' },
  { url: 'http://x', follow: 99 },
  { url: 'http://x', expect_status: 'fine' },
  { method: 'GET' },
])('%j is refused', (options) => {
  expect(() => http.configure({ http: options })).toThrow(/^check http/);
});
