import { z } from 'zod';
import { readIfThere } from '../plugins/files.ts';
import { defineCollector } from '../plugins/kinds.ts';

/** Of present and of old systems. */
const PLACES = ['/sys/fs/selinux/enforce', '/selinux/enforce'];

export default defineCollector({
  name: 'selinux',
  description: 'Whether SELinux is on, and whether it forbids or only notes.',
  intervalMs: 60_000,
  options: z.object({}),
  keys: [
    { key: 'enabled', kind: 'gauge', unit: '', meaning: 'Whether it is on.' },
    { key: 'mode', kind: 'info', unit: '', meaning: 'Is `disabled`, `permissive` or `enforcing`.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    for (const place of PLACES) {
      const enforce = await readIfThere(host, place);
      if (enforce) return { enabled: true, mode: enforce === '0' ? 'permissive' : 'enforcing' };
    }
    return { enabled: false, mode: 'disabled' };
  },
});
