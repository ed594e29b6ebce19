import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { pageIn } from '../../src/http/page.ts';
import { tempDirectory } from '../support/temp.ts';
import { fakeApi, fakeParts } from './fake-parts.ts';

const HTML = { headers: { accept: 'text/html,application/xhtml+xml' } };

/** An API with a built page of one script. */
function apiWithPage() {
  const directory = tempDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const assets = join(directory.path, 'assets');
  mkdirSync(assets);
  writeFileSync(join(directory.path, 'index.html'), '<!doctype html>');
  writeFileSync(join(directory.path, 'secret.js'), 'no');
  writeFileSync(join(assets, 'main.abc123.js'), 'plain');
  writeFileSync(join(assets, 'main.abc123.js.gz'), 'gzipped');
  writeFileSync(join(assets, 'main.abc123.js.br'), 'brotli');
  return fakeApi(fakeParts(), { page: pageIn(pathToFileURL(`${directory.path}/`)) });
}

test.each(['/', '/ui/', '/ui/nodes/one'])('a browser gets the page at %s', async (path) => {
  const answer = await apiWithPage()(path, HTML);

  expect(await answer.text()).toBe('<!doctype html>');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('who does not ask for HTML gets OK, and so does everybody without a built page', async () => {
  expect(await (await apiWithPage()('/')).text()).toBe('OK');
  expect(await (await fakeApi()('/', HTML)).text()).toBe('OK');
});

test.each([
  ['gzip, deflate, br', 'brotli', 'br'],
  ['gzip', 'gzipped', 'gzip'],
  ['', 'plain', null],
])('with Accept-Encoding "%s" a script comes as %s, to be kept for ever', async (encodings, text, encoding) => {
  const answer = await apiWithPage()('/ui/assets/main.abc123.js', { headers: { 'accept-encoding': encodings } });

  expect(await answer.text()).toBe(text);
  expect(answer.headers.get('content-encoding')).toBe(encoding);
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

test.each(['none.js', '..%2Fsecret.js', '%2e%2e%2fsecret.js', 'main.abc123.js.gz', '.hidden.js', 'a%00.js'])(
  'there is no file %s of the page',
  async (name) => {
    expect((await apiWithPage()(`/ui/assets/${name}`, HTML)).status).toBe(404);
  },
);
