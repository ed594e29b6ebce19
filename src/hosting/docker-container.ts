import { z } from 'zod';
import { containerId, isContainer } from '../net/container.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';

export default defineHostingDriver({
  name: 'docker-container',
  description: 'A container of Docker, Podman or a like engine.',
  layer: 1,
  options: z.object({}),

  configure: () => async (host) => {
    if (!(await isContainer(host))) return { isActive: false };
    const uniqueId = await containerId(host);
    return uniqueId === undefined ? { isActive: true } : { isActive: true, uniqueId };
  },
});
