import { z } from 'zod';
import { type Cloud, openCloud } from '../openstack/cloud.ts';
import { countOf, more } from '../openstack/docs.ts';
import { isAddress, originOf } from '../openstack/endpoint.ts';
import { ApiDown, NotHere, ProbeError } from '../openstack/metric.ts';
import { CLOUD_OPTIONS, ipOption } from '../openstack/options.ts';
import type { Probing } from '../openstack/probing.ts';
import { type Answer, textOf } from '../openstack/web.ts';
import { gauge } from './support/key-docs.ts';
import { defineProbe } from './support/maas-probe.ts';

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

const service = {
  path: z
    .string()
    .default('')
    .describe('Path that is asked for; {version}, {tenant_id} and {project_id} are replaced.'),
  auth: z.boolean().default(false).describe('Send a token of keystone.'),
  ssl: z.boolean().default(false).describe('Ask over TLS.'),
  version: z.string().default('').describe('Version of the API, for {version} or in front of the path.'),
  expect: z.string().default('').describe('Statuses that count as an answer, such as 200,300; any when empty.'),
  method: z
    .string()
    .regex(/^[A-Z]{1,16}$/)
    .default('GET')
    .describe('Method of the request.'),
  match: z.string().max(1_000).default('').describe('Regular expression that the body has to fit; none when empty.'),
};

const port = z.coerce.number().int().min(0).max(65_535).default(0).describe('Port of the service.');

const oneOfMany = z.object({ name: z.string().regex(NAME), ip: ipOption, port, ...service });

export default defineProbe({
  name: 'service_api_local_check',
  description: 'Whether any service that speaks HTTP answers here.',
  group: 'openstack-controller',
  measurement: 'maas_service',
  positionals: ['name', 'ip', 'port'],
  options: z.object({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{0,64}$/)
      .default('')
      .describe('Name of the service, which its metrics begin with.'),
    ip: ipOption,
    port,
    ...service,
    services: z
      .array(oneOfMany)
      .max(50)
      .default([])
      .describe('Services that an agent probes; each has a name, ip and port.'),
    ...CLOUD_OPTIONS,
  }),
  metrics: [
    more(countOf('services_down', 'services', 'Services that do not answer, or not as expected.')),
    more({ name: 'services_down_names', type: 'string', meaning: 'Their names.' }),
  ],
  keys: [
    gauge('*_api_local_status', 'Is 1 while the service of that name answers, else 0.'),
    gauge('*_api_local_response_time', 'Time until it begins to answer.', 'ms'),
  ],

  configure:
    ({ services, ...single }) =>
    async (probing) => {
      const all = single.name === '' ? services : [single];
      if (all.length === 0) throw new NotHere('no services are named; write them into the parameter services');
      const cloud = all.some(({ auth }) => auth) ? await openCloud(probing, single) : undefined;
      const down: string[] = [];
      for (const each of all) {
        if (!(await probeService(probing, { insecure: single.insecure, ...each }, cloud))) down.push(each.name);
      }
      probing.report.set('services_down', down.length);
      probing.report.set('services_down_names', down.join(', '));
    },
});

type Service = z.output<typeof oneOfMany> & { readonly insecure: boolean };

/** Tells whether the service answers as expected. */
async function probeService(probing: Probing, asked: Service, cloud: Cloud | undefined): Promise<boolean> {
  const { name, ip, auth, ssl, insecure } = asked;
  const { report, web } = probing;
  const status = (value: number) => report.add({ name: `${name}_api_local_status`, type: 'uint32', value });
  const origin = originOf({ protocol: ssl ? 'https' : 'http', address: ip || '127.0.0.1', port: asked.port });
  const url = origin + pathOf(asked, cloud);
  try {
    const answer = await web.call({
      ...{
        url,
        method: asked.method,
        tls: cloud?.trust(url) ?? { verify: !insecure && !isAddress(ip || '127.0.0.1') },
      },
      ...(auth && cloud && { headers: { 'x-auth-token': cloud.token().id } }),
    });
    probing.ttfbMs = answer.ttfbMs;
    const isUp = isExpected(asked, answer);
    status(isUp ? 1 : 0);
    if (answer.status < 400) {
      report.add({ name: `${name}_api_local_response_time`, type: 'double', value: answer.ttfbMs, unit: 'ms' });
    }
    return isUp;
  } catch (error) {
    if (!(error instanceof ApiDown)) throw error;
    status(0);
    return false;
  }
}

function pathOf({ path, version }: Service, cloud: Cloud | undefined): string {
  const project = cloud?.token().projectId ?? '';
  const slashed = path === '' || path.startsWith('/') ? path : `/${path}`;
  const versioned = version === '' || path.includes('{version}') ? slashed : `/${version}${slashed}`;
  const replaced = versioned.replaceAll('{version}', version).replace(/\{(tenant|project)_id\}/g, project);
  return replaced === '' ? '/' : replaced;
}

function isExpected({ expect, match }: Service, answer: Answer): boolean {
  const statuses = expect
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (statuses.length > 0 && !statuses.includes(String(answer.status))) return false;
  return match === '' || expressionOf(match).test(textOf(answer).slice(0, LOOKED_AT));
}

const LOOKED_AT = 65_536;

function expressionOf(written: string): RegExp {
  try {
    return new RegExp(written);
  } catch {
    throw new ProbeError(`match is no regular expression: ${written}`);
  }
}
