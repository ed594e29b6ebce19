import { z } from 'zod';
import { readCredentials } from '../openstack/cloud.ts';
import type { Credentials } from '../openstack/credentials.ts';
import { isAddress, originOf } from '../openstack/endpoint.ts';
import { ApiDown, type MetricDoc, NotHere, ProbeError } from '../openstack/metric.ts';
import { CLOUD_OPTIONS, ipOption, portOption, protocolOption } from '../openstack/options.ts';
import type { Probing } from '../openstack/probing.ts';
import { type Answer, type Call, textOf } from '../openstack/web.ts';
import { CookieJar } from './support/cookie-jar.ts';
import { type LoginForm, loginForm } from './support/horizon-page.ts';
import { defineProbe } from './support/maas-probe.ts';

const MOST_REDIRECTS = 10;

const pattern = (text: string, meaning: string) =>
  z
    .string()
    .max(1_000)
    .refine((written) => isPattern(written), { error: 'must be a regular expression' })
    .default(text)
    .describe(meaning);

const status = (name: string, unit: string, meaning: string): MetricDoc => ({ name, type: 'uint32', unit, meaning });

const milliseconds = (name: string, meaning: string): MetricDoc => ({ name, type: 'double', unit: 'ms', meaning });

export default defineProbe({
  name: 'horizon_check',
  description: 'Whether the dashboard shows its login page, and lets us in.',
  group: 'openstack-horizon',
  measurement: 'maas_horizon',
  positionals: ['ip', 'site_name_regexp?'],
  downMetric: 'horizon_local_status',
  options: z.object({
    ip: ipOption,
    site_name_regexp: pattern('openstack dashboard', 'Regular expression that the login page has to fit.'),
    port: portOption(443),
    protocol: protocolOption('https'),
    login_path: z
      .string()
      .startsWith('/')
      .default('/auth/login/')
      .describe('Path to which the login is sent, unless the page names one.'),
    success_regexp: pattern('overview|/auth/logout/', 'Regular expression that the page behind the login has to fit.'),
    ...CLOUD_OPTIONS,
  }),
  metrics: [
    { name: 'horizon_local_status', type: 'uint32', meaning: 'Is 1 while the dashboard answers, else 0.' },
    status('splash_status_code', '', 'Status of the login page.'),
    milliseconds('splash_milliseconds', 'Time until the login page was there.'),
    status('login_status_code', 'http_status', 'Status of the page behind the login.'),
    milliseconds('login_milliseconds', 'Time until we were logged in.'),
  ],

  configure: (options) => async (probing) => {
    if (options.ip === '') throw new NotHere('no address is named for the dashboard, which no catalog has');
    const credentials = await readCredentials(probing, options);
    probing.web.hide(credentials.password);
    const verify = !(options.insecure || credentials.isInsecure || isAddress(options.ip));
    const visit = new Visit(probing, verify);
    const { clock } = probing.host;
    const origin = originOf({ ...options, address: options.ip });

    const start = clock.now();
    const splash = await visit.go({ url: `${origin}/` });
    probing.ttfbMs = splash.ttfbMs;
    const form = splashForm(splash, options.site_name_regexp);
    const splashMs = clock.now() - start;
    const page = await loggedIn(visit, { credentials, form, splash, loginPath: options.login_path });
    const isIn = page.status < 400 && loginForm(textOf(page)) === undefined && fits(page, options.success_regexp);
    if (!isIn) throw new ProbeError('could not log in');
    const { report } = probing;
    report.set('horizon_local_status', 1);
    report.set('splash_status_code', splash.status);
    report.set('splash_milliseconds', splashMs);
    report.set('login_status_code', page.status);
    report.set('login_milliseconds', clock.now() - start - splashMs);
  },
});

function splashForm(splash: Answer, siteName: string): LoginForm {
  const form = splash.status < 400 && fits(splash, siteName) ? loginForm(textOf(splash)) : undefined;
  if (form === undefined) throw new ProbeError('could not load login page');
  return form;
}

interface Login {
  readonly credentials: Credentials;
  readonly form: LoginForm;
  readonly splash: Answer;
  readonly loginPath: string;
}

async function loggedIn(visit: Visit, { credentials, form, splash, loginPath }: Login): Promise<Answer> {
  const { user, password } = credentials;
  const url = new URL(form.action || loginPath, splash.url).href;
  const domain = 'name' in user.domain ? user.domain.name : user.domain.id;
  const body = new URLSearchParams({
    ...{ username: user.name, password, csrfmiddlewaretoken: form.token, region: form.region ?? '' },
    ...(form.wantsDomain && { domain }),
  });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    referer: splash.url,
    origin: new URL(url).origin,
  };
  // What is secret goes to the server that asked for it, or to nobody.
  if (new URL(url).origin !== new URL(splash.url).origin) throw new ProbeError('could not load login page');
  try {
    return await visit.go({ url, method: 'POST', headers, body: body.toString() });
  } catch (error) {
    throw error instanceof ApiDown ? new ProbeError(`While logging in: ${error.message}`, { cause: error }) : error;
  }
}

/** A walk through pages with the cookies that they set. */
class Visit {
  readonly #probing: Probing;
  readonly #verify: boolean;
  readonly #jar = new CookieJar();

  constructor(probing: Probing, verify: boolean) {
    this.#probing = probing;
    this.#verify = verify;
  }

  /** Follows redirections by hand, as each may set cookies. Throws `ApiDown` when nobody answers. */
  async go(first: Call): Promise<Answer> {
    const { origin } = new URL(first.url);
    let call = first;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const isOurs = new URL(call.url).origin === origin;
      const cookie = isOurs ? this.#jar.header : '';
      const headers = { accept: 'text/html', ...call.headers, ...(cookie !== '' && { cookie }) };
      const answer = await this.#probing.web.call({
        ...call,
        headers,
        redirects: 'wanted',
        tls: { verify: this.#verify },
      });
      if (isOurs) this.#jar.take(answer.headers['set-cookie']);
      const { location } = answer.headers;
      if (answer.status < 301 || answer.status > 308 || location === undefined || !URL.canParse(location, call.url))
        return answer;
      call = { url: new URL(location, call.url).href };
    }
    throw new ApiDown(`${first.url} redirects more than ${MOST_REDIRECTS} times`);
  }
}

const fits = (answer: Answer, written: string): boolean => new RegExp(written, 'i').test(textOf(answer));

function isPattern(written: string): boolean {
  try {
    return new RegExp(written) instanceof RegExp;
  } catch {
    return false;
  }
}
