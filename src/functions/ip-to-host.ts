import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { parseAddress } from './support/addresses.ts';

export default defineFunction({
  name: 'ip_to_host',
  description: 'The name of an IP address, empty when it has none.',
  group: 'network',
  reach: 'net',

  options: z.object({
    ip: z.string().describe('The address.'),
  }),

  configure({ ip }) {
    parseAddress(ip);
    return async ({ host, signal }) => (await host.namesOf(ip, signal))[0] ?? '';
  },
});
