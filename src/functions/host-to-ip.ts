import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'host_to_ip',
  description: 'The address of a host, IPv4 before IPv6, empty when it has none.',
  group: 'network',
  reach: 'net',

  options: z.object({
    hname: z.string().min(1).max(253).describe('The name of the host.'),
  }),

  configure:
    ({ hname }) =>
    async ({ host, signal }) =>
      (await host.addressesOf(hname, signal))[0] ?? '',
});
