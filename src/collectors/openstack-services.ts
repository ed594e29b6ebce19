import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { originOf } from '../openstack/endpoint.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { gauge, info } from './support/key-docs.ts';
import { OPENSTACK_SERVICES, type OpenstackService } from './support/openstack-services.ts';

/** Milliseconds for a page, and pages that are asked for at once: all of them together stay within a run. */
const PROBE_MS = 2_000;
const AT_ONCE = 6;
const MAX_BYTES = 262_144;

/** What a node has where services of OpenStack run, or that is to look after them. */
const SIGNS = [
  '/root/openrc-maas',
  '/root/openrc',
  '/etc/kolla',
  '/etc/openstack_deploy',
  ...[
    'keystone',
    'nova',
    'glance',
    'neutron',
    'cinder',
    'heat',
    'placement',
    'openstack-dashboard',
    'swift',
    'ironic',
  ].map((name) => `/etc/${name}`),
];

export default defineCollector({
  name: 'openstack_services',
  description: 'Which services of OpenStack answer here, by pages that want no login.',
  pack: 'openstack',
  intervalMs: 60_000,
  options: z.object({
    ip: z.string().min(1).default('127.0.0.1').describe('Name or address that the services listen at.'),
    openrc: z
      .string()
      .default('')
      .describe('File with the credentials, whose being there says that this node is to look for services.'),
    cloud_stats: z
      .boolean()
      .default(false)
      .describe('This node looks at how much of the whole cloud is given away; one node is enough.'),
  }),
  keys: [
    gauge('cloud_stats', 'Is 1 where the parameter of that name says that this node looks at the whole cloud, else 0.'),
    gauge('services.*', 'Is 1 while the service of that name answers as it should, else 0.'),
    {
      ...gauge(
        'gone.*',
        'Time since the service of that name answered last, or since the first look when it never did.',
        's',
      ),
      stored: false,
    },
    { ...gauge('gone_all', 'The shortest of these times.', 's'), stored: false },
    info('log.*', 'Why a service does not count as there, when something else answers at its port.'),
    gauge('count', 'Services that answer.'),
  ],

  configure: ({ ip, openrc, cloud_stats: looksAtAll }) => {
    const answered = new Map<string, number>();
    return async (host, signal) => {
      signal.throwIfAborted();
      if (!(await hasSigns(host, openrc)))
        throw new NotEligible('nothing on this machine says that OpenStack runs here');
      const looks: Look[] = [];
      for (let at = 0; at < OPENSTACK_SERVICES.length; at += AT_ONCE) {
        const some = OPENSTACK_SERVICES.slice(at, at + AT_ONCE);
        looks.push(...(await Promise.all(some.map((service) => look(host, signal, { service, ip })))));
      }
      const gone = goneIn(looks, answered, host.clock.now());
      const odd = looks.filter(({ log }) => log !== '');
      return {
        services: Object.fromEntries(looks.map(({ name, isThere }) => [name, isThere ? 1 : 0])),
        count: looks.filter(({ isThere }) => isThere).length,
        cloud_stats: looksAtAll ? 1 : 0,
        gone: Object.fromEntries(gone),
        gone_all: Math.min(...gone.values()),
        ...(odd.length > 0 && { log: Object.fromEntries(odd.map(({ name, log }) => [name, log])) }),
      } satisfies Metrics;
    };
  },
});

/** Seconds since each service answered. A service that is down is to be told of, so that its node stays in its groups for a while. */
function goneIn(looks: readonly Look[], answered: Map<string, number>, nowMs: number): ReadonlyMap<string, number> {
  return new Map(
    looks.map(({ name, isThere }) => {
      const last = isThere ? nowMs : (answered.get(name) ?? nowMs);
      answered.set(name, last);
      return [name, Math.round((nowMs - last) / 1_000)];
    }),
  );
}

async function hasSigns(host: Host, openrc: string): Promise<boolean> {
  for (const path of openrc === '' ? SIGNS : [openrc, ...SIGNS]) if (await host.exists(path)) return true;
  return false;
}

interface Look {
  readonly name: string;
  readonly isThere: boolean;
  readonly log: string;
}

/** Nobody at the port is what is usual; somebody else there is worth telling. */
async function look(
  host: Host,
  signal: AbortSignal,
  { service, ip }: { service: OpenstackService; ip: string },
): Promise<Look> {
  const { name, port, path, statuses, body } = service;
  const url = originOf({ protocol: 'http', address: ip, port }) + path;
  try {
    const answer = await host.fetch({ url, timeoutMs: PROBE_MS, maxBytes: MAX_BYTES, isCutting: true }, signal);
    const isStatus = statuses.includes(answer.status);
    const isThere = isStatus && body.test(Buffer.from(answer.body).toString('utf8'));
    const log = isStatus ? 'answers with another page' : `answers ${answer.status} instead of ${statuses.join(' or ')}`;
    return { name, isThere, log: isThere ? '' : log };
  } catch (error) {
    signal.throwIfAborted();
    return { name, isThere: false, log: /ECONNREFUSED/.test(messageOf(error)) ? '' : messageOf(error) };
  }
}
