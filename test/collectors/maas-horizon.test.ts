import { describe, expect, test } from 'vitest';
import horizon from '../../src/collectors/horizon-check.ts';
import { loginForm } from '../../src/collectors/support/horizon-page.ts';
import type { FetchRequest } from '../../src/net/host.ts';
import { cloudHost, html, type Pages, probed, recordedCloud, refusing, shown } from '../support/cloud.ts';

const BASE = 'http://10.0.0.5';
const OPTIONS = { ip: '10.0.0.5', port: '80', protocol: 'http' };
const LOGIN_PAGE = recordedCloud('hz_login.txt');

const moved = (location: string, cookie = '') => ({
  status: 302,
  headers: { location, ...(cookie !== '' && { 'set-cookie': cookie }) },
});

/** A dashboard that wants its cookie, its token and the page one comes from. */
function dashboard(page = LOGIN_PAGE, password = 'geheim42'): Pages {
  const isLoggedIn = ({ headers = {} }: FetchRequest) => headers['cookie']?.includes('sessionid=s1') ?? false;
  return {
    [`${BASE}:80/`]: (request) => (isLoggedIn(request) ? moved('/project/') : moved('/auth/login/?next=/')),
    [`${BASE}/`]: (request) => (isLoggedIn(request) ? moved('/project/') : moved('/auth/login/?next=/')),
    [`${BASE}/project/`]: (request) => (isLoggedIn(request) ? html('<h1>Overview</h1>') : html('who?', 403)),
    [`${BASE}/auth/login/?next=/`]: {
      ...html(page),
      headers: { 'set-cookie': 'csrftoken=c1; expires=Thu, 20 Nov 2027 10:00:00 GMT; Path=/, lang=en; Path=/' },
    },
    [`${BASE}/auth/login/`]: ({ headers = {}, body = '' }) => {
      const form = new URLSearchParams(String(body));
      const isFrom =
        headers['referer'] === `${BASE}/auth/login/?next=/` && headers['cookie'] === 'csrftoken=c1; lang=en';
      if (!isFrom || !form.get('csrfmiddlewaretoken')) return html('CSRF verification failed', 403);
      if (form.get('password') !== password || form.get('region') !== 'default') return html(page);
      return moved('/', 'sessionid=s1; HttpOnly');
    },
  };
}

describe('the dashboard', () => {
  test('lets us in', async () => {
    expect(shown(await probed(horizon, { host: cloudHost(dashboard()), options: OPTIONS }))).toEqual([
      'status okay',
      'metric horizon_local_status uint32 1',
      'metric splash_status_code uint32 200',
      'metric splash_milliseconds double N ms',
      'metric login_status_code uint32 200 http_status',
      'metric login_milliseconds double N ms',
    ]);
  });

  test.each([
    ['a wrong password', dashboard(LOGIN_PAGE, 'other'), 'could not log in'],
    [
      'another page',
      { ...dashboard(), [`${BASE}/auth/login/?next=/`]: html('<title>nginx</title>') },
      'could not load login page',
    ],
    ['a failure', { ...dashboard(), [`${BASE}/auth/login/?next=/`]: html('no', 500) }, 'could not load login page'],
    ['another success', { ...dashboard(), [`${BASE}/project/`]: html('Welcome') }, 'could not log in'],
  ])('ends in an error at %s', async (_, pages, text) => {
    expect(shown(await probed(horizon, { host: cloudHost(pages), options: OPTIONS }))).toEqual([
      `status error ${text}`,
    ]);
  });

  test('may break off while we log in', async () => {
    const host = cloudHost({ ...dashboard(), [`${BASE}/auth/login/`]: refusing });
    expect(shown(await probed(horizon, { host, options: OPTIONS }))).toEqual([
      expect.stringMatching(/^status error While logging in: http:\/\/10\.0\.0\.5/),
    ]);
  });

  test('is down when nobody is there', async () => {
    expect(shown(await probed(horizon, { host: cloudHost({}), options: OPTIONS }))).toEqual([
      'status okay',
      'metric horizon_local_status uint32 0',
    ]);
  });
});

describe('a login page', () => {
  const input = (name: string, value = '') => `<input value='${value}' type=text name="${name}">`;
  const form = (...inner: string[]) =>
    `<form method="post" action="/auth/login/">${input('csrfmiddlewaretoken', 'X')}${input('username')}${input('password')}${inner.join('')}</form>`;

  test.each([
    ['a hidden region', form(input('region', 'http://a:5000/v3')), 'http://a:5000/v3'],
    [
      'a list of regions',
      form('<select name=region><option value="1">a</option><option selected value="2">b</option></select>'),
      '2',
    ],
    [
      'a list without a choice',
      form('<select name="region"><option value="1">a</option><option value="2">b</option></select>'),
      '1',
    ],
    ['no region', form(), undefined],
  ])('with %s', (_, page, region) => {
    expect(loginForm(page)).toEqual({ action: '/auth/login/', token: 'X', region, wantsDomain: false });
  });

  test('may ask for a domain, or be none', () => {
    expect(loginForm(form(input('domain')))?.wantsDomain).toBe(true);
    expect(loginForm('<form action="/search"><input name="q"></form>')).toBeUndefined();
    expect(loginForm('<input'.repeat(100_000))).toBeUndefined();
  });
});
