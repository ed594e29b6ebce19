import { z } from 'zod';
import { isContainer } from '../net/container.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';

export default defineHostingDriver({
  name: 'on-premise',
  description: 'A machine of one’s own: what is left when no other driver knows better.',
  layer: 5,
  options: z.object({}),

  configure: () => async (host) => {
    // Every container of a machine sees the same firmware.
    const uniqueId = (await isContainer(host)) ? undefined : await readIfThere(host, '/sys/class/dmi/id/product_uuid');
    return uniqueId === undefined ? { isActive: true } : { isActive: true, uniqueId };
  },
});
