import { defineCollector, NotEligible, z } from 'opsbro/plugins';

export default defineCollector({
  name: 'backups',
  description: 'Counts the archives in the directory of backups.',
  intervalMs: 60_000,
  // The parameters of the pack with the same name come here, checked.
  options: z.object({
    directory: z.string().default('/var/backups').describe('Where the archives are.'),
  }),
  keys: [
    { key: 'archives', kind: 'gauge', unit: '', meaning: 'Archives that are there.' },
    { key: 'names', kind: 'info', unit: '', meaning: 'Their names.' },
  ],

  configure:
    ({ directory }) =>
    async (host) => {
      if (!(await host.exists(directory))) throw new NotEligible(`this machine has no ${directory}`);
      const names = (await host.readdir(directory)).filter((name) => name.endsWith('.tar.gz')).sort();
      return { archives: names.length, names };
    },
});
