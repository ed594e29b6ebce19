import { appendFile } from 'node:fs/promises';
import { defineHandler, z } from 'opsbro/plugins';

export default defineHandler({
  name: 'backups',
  description: 'Writes a line to a file for every confirmed change of state of a check.',
  options: z.object({
    file: z.string().describe('Where to write.'),
  }),

  configure: ({ file }) => ({
    notify: ({ node, check, before, after }) => appendFile(file, `${node} ${check}: ${before} -> ${after}\n`),
  }),
});
