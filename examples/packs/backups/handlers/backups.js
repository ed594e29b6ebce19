import { appendFile } from 'node:fs/promises';
import { defineHandler, z } from 'opsbro/plugins';

export default defineHandler({
  name: 'backups',
  description: 'Writes a line to a file for every confirmed change of state of a check.',
  options: z.object({
    file: z.string().describe('Where to write.'),
  }),

  configure: ({ file }) => ({
    async notify({ alerts }) {
      const lines = alerts.map(({ node, name, oldState, state }) => `${node.name} ${name}: ${oldState} -> ${state}\n`);
      await appendFile(file, lines.join(''));
      return undefined;
    },
  }),
});
