import { z } from 'zod';
import { isAddress, originOf } from '../openstack/endpoint.ts';
import { isObject } from '../openstack/json.ts';
import { ApiDown, ProbeError } from '../openstack/metric.ts';
import type { Probing } from '../openstack/probing.ts';
import { Rates } from '../openstack/rates.ts';
import { jsonOf } from '../openstack/web.ts';
import { defineProbe } from './support/maas-probe.ts';
import { clusterFault, lostBy, nodeNamed, noteRabbit, RABBIT_METRICS } from './support/rabbit-maas.ts';
import { noteQueues } from './support/rabbit-maas-queues.ts';

export default defineProbe({
  name: 'rabbitmq_status',
  description: 'What a RabbitMQ counts, and whether its cluster is whole.',
  group: 'openstack-controller',
  measurement: 'maas_rabbitmq',
  positionals: [],
  short: { host: 'H', port: 'P', username: 'U', password: 'p', name: 'n' },
  options: z.object({
    host: z.string().default('localhost').describe('Name or address of the management plugin.'),
    port: z.coerce.number().int().min(1).max(65_535).default(15_672).describe('Port of the management plugin.'),
    username: z.string().default('guest').describe('Who logs in.'),
    password: z.string().default('guest').describe('Password of that login.'),
    name: z
      .string()
      .default('')
      .describe('The node, without what stands before its @; the one that answers when empty.'),
    http: z.boolean().default(false).describe('Ask over plain HTTP, which is usual.'),
    https: z.boolean().default(false).describe('Ask over TLS.'),
    insecure: z.boolean().default(false).describe('Believe whoever answers over TLS.'),
    cluster_size: z.coerce.number().int().min(0).default(0).describe('Nodes there have to be; any number when 0.'),
    max_channels: z.coerce
      .number()
      .int()
      .min(0)
      .default(0)
      .describe('Channels that a connection may have; any number when 0.'),
  }),
  metrics: RABBIT_METRICS,

  configure: (options) => {
    const rates = new Rates();
    return async (probing) => {
      const management = managementOf(probing, options);
      const overview = await management('overview');
      const nodes = await management('nodes');
      if (!isObject(overview) || !Array.isArray(nodes)) throw new ProbeError('unexpected answer from RabbitMQ API');
      const all = nodes.filter(isObject);
      const answering = typeof overview['node'] === 'string' ? overview['node'] : '';
      const node = nodeNamed(all, options.name, answering);
      noteRabbit(probing.report, overview, node);
      probing.report.set('rabbitmq_partitions', lostBy(all));
      if (options.max_channels > 0 || probing.profile === 'full')
        await noteChannels(probing, management, options.max_channels);
      await noteQueues(probing, management, rates);
      const fault = clusterFault(all, options, node);
      if (fault !== undefined) throw new ProbeError(fault);
    };
  },
});

/** Asks for something of the management plugin, by its path below `/api/`. */
export type Management = (path: string) => Promise<unknown>;

interface Broker {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly https: boolean;
  readonly insecure: boolean;
}

function managementOf({ web }: Probing, { host, port, username, password, https, insecure }: Broker): Management {
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  web.hide(login, password === 'guest' ? '' : password);
  const origin = originOf({ protocol: https ? 'https' : 'http', address: host, port });
  return async (path) => {
    const headers = { authorization: `Basic ${login}` };
    const answer = await web.call({
      url: `${origin}/api/${path}`,
      headers,
      tls: { verify: !insecure && !isAddress(host) },
    });
    if (answer.status >= 400) throw new ProbeError(`Received status ${answer.status} from RabbitMQ API`);
    return jsonOf(web, answer);
  };
}

async function noteChannels({ report, profile }: Probing, management: Management, most: number): Promise<void> {
  const connections = await management('connections?columns=channels').catch((error: unknown) => {
    // Who only wants to know does without.
    if (most === 0 && (error instanceof ApiDown || error instanceof ProbeError)) return undefined;
    throw error;
  });
  if (!Array.isArray(connections)) return;
  const channels = connections.filter(isObject).map((each) => Number(each['channels'] ?? 0));
  const highest = channels.reduce((max, each) => Math.max(max, each), 0);
  if (profile === 'full') report.set('rabbitmq_max_channels_per_conn', highest);
  if (most > 0 && highest > most) throw new ProbeError('Detected RabbitMQ connections with multiple channels');
}
