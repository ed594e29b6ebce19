import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { parseAddress, parseRange } from './support/addresses.ts';

export default defineFunction({
  name: 'ip_is_in_range',
  description: 'Whether an IP address is in a range in CIDR form.',
  group: 'network',
  reach: 'pure',

  options: z.object({
    ip: z.string().describe('The address, IPv4 or IPv6.'),
    range: z.string().describe('The range, such as 10.0.0.0/8.'),
  }),

  configure: ({ ip, range }) => {
    const [address, prefix] = [parseAddress(ip), parseRange(range)];
    return () => address.bits === prefix.bits && address.value >> prefix.host === prefix.value >> prefix.host;
  },
});
