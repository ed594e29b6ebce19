import { z } from 'zod';
import { readIfThere } from '../plugins/files.ts';
import { isSynology } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';

const SERIAL = /(?:^|\s)sn=(\S+)/;

export default defineHostingDriver({
  name: 'synology',
  description: 'Network storage of Synology.',
  layer: 4,
  options: z.object({}),

  configure: () => async (host) => {
    if (!(await isSynology(host))) return { isActive: false };
    const serial = SERIAL.exec((await readIfThere(host, '/proc/cmdline')) ?? '')?.[1];
    return serial === undefined ? { isActive: true } : { isActive: true, uniqueId: serial };
  },
});
