import { z } from 'zod';
import { defineCollector } from '../plugins/kinds.ts';

export default defineCollector({
  name: 'timezone',
  description: 'The local time this machine keeps.',
  intervalMs: 3_600_000,
  options: z.object({}),
  keys: [
    { key: 'timezone', kind: 'info', unit: '', meaning: 'Abbreviation of what is in force now, such as `CET`.' },
    { key: 'name', kind: 'info', unit: '', meaning: 'Name of the zone, such as `Europe/Paris`.' },
    { key: 'offset_s', kind: 'gauge', unit: 's', meaning: 'How far local time is ahead of UTC now.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const { name, abbreviation, offsetS } = (await host.facts()).timezone;
    return { timezone: abbreviation, name, offset_s: offsetS };
  },
});
