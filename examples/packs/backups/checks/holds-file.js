import { defineCheck, z } from 'opsbro/plugins';

export default defineCheck({
  name: 'holds_file',
  description: 'Looks whether a file is there and holds something.',
  // A check object with this key is of this kind.
  fields: ['holds_file'],
  order: 100,
  timeoutMs: 5_000,
  options: z.object({
    holds_file: z.string().describe('The file.'),
  }),

  configure:
    ({ holds_file: path }) =>
    async ({ host }) => {
      const result = (state, output) => ({ state, output, longOutput: '', perfdata: [] });
      if (!(await host.exists(path))) return result('critical', `${path} is not there`);
      const text = await host.readFile(path);
      return text === '' ? result('warning', `${path} is empty`) : result('ok', `${path} is fine`);
    },
});
