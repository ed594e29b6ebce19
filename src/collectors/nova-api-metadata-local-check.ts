import { z } from 'zod';
import { accepted } from '../openstack/api.ts';
import { statusAndTime } from '../openstack/docs.ts';
import { isAddress, originOf } from '../openstack/endpoint.ts';
import { ApiDown } from '../openstack/metric.ts';
import { ipOption, portOption, protocolOption } from '../openstack/options.ts';
import { textOf } from '../openstack/web.ts';
import { defineProbe } from './support/maas-probe.ts';

/** The oldest version of the interface, which every server of metadata names on a line of its first page. */
const OLDEST = /^1\.0\r?$/m;

export default defineProbe({
  name: 'nova_api_metadata_local_check',
  description: 'Whether the servers of nova get their metadata here.',
  group: 'openstack-nova-metadata',
  measurement: 'maas_nova',
  positionals: ['ip?'],
  downMetric: 'nova_api_metadata_local_status',
  options: z.object({
    ip: ipOption.describe('Name or address of the service; this machine when empty.'),
    port: portOption(8775),
    protocol: protocolOption(),
    insecure: z.boolean().default(false).describe('Believe whoever answers over TLS.'),
  }),
  metrics: statusAndTime('nova_api_metadata', 'the metadata service of nova'),

  configure:
    ({ ip, port, protocol, insecure }) =>
    async (probing) => {
      const address = ip || '127.0.0.1';
      const url = `${originOf({ protocol, address, port })}/`;
      const answer = accepted(await probing.web.call({ url, tls: { verify: !insecure && !isAddress(address) } }));
      if (!OLDEST.test(textOf(answer))) throw new ApiDown(`${url} does not name the version 1.0`);
      probing.ttfbMs = answer.ttfbMs;
      probing.report.set('nova_api_metadata_local_status', 1);
      probing.report.set('nova_api_metadata_local_response_time', answer.ttfbMs);
    },
});
