import { expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import type { FetchAnswer, FetchRequest } from '../../src/net/host.ts';
import { beginningOf, pageAddress, pageAddressOrNone, readJsonPage, readPage } from '../../src/plugins/pages.ts';
import { page } from '../support/fixtures.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const URL = 'http://monitor:geheim@web.example/status?token=geheim';
type Answer = Partial<FetchAnswer> | ((request: FetchRequest) => Partial<FetchAnswer>);
const hostWith = (answer: Answer) => fakeHost({ pages: { [URL]: answer } });
const failing = (error: Error) => () => {
  throw error;
};

test('gives the text of a page', async () => {
  expect(await readPage(hostWith(page('größe 1')), { url: URL }, never)).toBe('größe 1');
});

test('logs in when there is somebody to log in', async () => {
  const asked: FetchRequest[] = [];
  const host = hostWith((request) => {
    asked.push(request);
    return page('');
  });
  await readPage(host, { url: URL, user: 'stats', password: 'pässwort' }, never);
  await readPage(host, { url: URL, user: '', password: 'unused' }, never);
  expect(asked.map(({ headers }) => headers)).toEqual([
    { authorization: `Basic ${Buffer.from('stats:pässwort').toString('base64')}` },
    {},
  ]);
});

test.each([
  [401, 'login refused: http://web.example/status answers 401; check user and password'],
  [403, 'login refused: http://web.example/status answers 403; let this machine and this user see that page'],
  [500, 'http://web.example/status answers 500 instead of 200'],
  [301, 'http://web.example/status answers 301 instead of 200'],
])('a service that answers with %d is up, and its page is not to be had', async (status, message) => {
  const asked = readPage(hostWith(page('a secret', status)), { url: URL }, never);
  await expect(asked).rejects.toMatchObject({ name: 'CollectError', message, status, partial: { up: 1 } });
});

test('a service that answers with too much is up', async () => {
  const host = hostWith(failing(new OpsbroError('too_large', 'the answer is longer than 9 bytes')));
  await expect(readPage(host, { url: URL, maxBytes: 9 }, never)).rejects.toMatchObject({
    message: 'http://web.example/status answers with more than 9 bytes',
    partial: { up: 1 },
  });
});

test('a service that does not answer is somebody else’s matter', async () => {
  const error = systemError('ECONNREFUSED', 'connect 127.0.0.1:80');
  await expect(readPage(hostWith(failing(error)), { url: URL }, never)).rejects.toBe(error);
});

test('reads JSON, and tells what came instead of it', async () => {
  expect(await readJsonPage(hostWith(page('{"a":[1]}')), { url: URL }, never)).toEqual({ a: [1] });
  await expect(readJsonPage(hostWith(page('<html>\n\u001b[31mno')), { url: URL }, never)).rejects.toMatchObject({
    message: 'http://web.example/status answers with something else than JSON: <html> [31mno',
    partial: { up: 1 },
  });
});

test('shows the beginning of a page in one short line', () => {
  expect(beginningOf(`  a\r\n\tb${'x'.repeat(200)}`)).toBe(`a b${'x'.repeat(73)}`);
});

test.each([
  ['in its address', { url: URL }],
  ['beside it', { url: 'http://web.example/', user: 'monitor', password: 'geheim' }],
])('a login %s is not told of, even by a service that repeats it', (_, login) => {
  const text = `you are monitor:geheim, ${Buffer.from('monitor:geheim').toString('base64')}, and this is no status`;
  expect(beginningOf(text, login)).toBe('you are monitor:******, ******, and this is no status');
  expect(beginningOf(`${'x'.repeat(77)}geheim`, login)).toBe(`${'x'.repeat(77)}***`);
});

test('an address that is escaped wrongly does not disturb', () => {
  expect(beginningOf('a%zz', { url: 'http://u:a%zz@web/' })).toBe('******');
});

test('a service that speaks something else than HTTP is up', async () => {
  const error = systemError('HPE_INVALID_CONSTANT', 'Parse Error: Expected HTTP/');
  await expect(readPage(hostWith(failing(error)), { url: URL }, never)).rejects.toMatchObject({
    message: 'http://web.example/status answers with something else than HTTP',
    partial: { up: 1 },
  });
});

test.each([
  ['http://localhost/nginx_status', true],
  ['https://u:p@[::1]:8443/x?y', true],
  ['localhost/nginx_status', false],
  ['ftp://localhost/', false],
  ['http://', false],
  ['', false],
])('"%s" is the address of a page: %s', (text, isOne) => {
  expect(pageAddress.safeParse(text).success).toBe(isOne);
  expect(pageAddressOrNone.safeParse(text).success).toBe(isOne || text === '');
});

test('a wrong address is not repeated, as there may be a password in it', () => {
  const { error } = pageAddressOrNone.safeParse('http:/u:geheim@');
  expect(error?.issues.map(({ message }) => message)).toEqual([
    'must be empty or the address of a page, such as http://HOST/PATH',
  ]);
  expect(JSON.stringify(error)).not.toContain('geheim');
});
