import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'hosting_driver_is_active',
  description: 'Whether this machine was recognised as hosted by a driver, such as ec2.',
  group: 'hosting',
  reach: 'node',

  options: z.object({
    name: z.string().describe('The hosting driver.'),
  }),

  configure:
    ({ name }) =>
    ({ node }) =>
      node.hostingDrivers.has(name),
});
