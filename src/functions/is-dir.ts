import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { statusAt } from './support/files.ts';

export default defineFunction({
  name: 'is_dir',
  description: 'Whether there is a directory at a path, or a link to one.',
  group: 'filesystem',
  reach: 'host',

  options: z.object({
    path: z.string().min(1).describe('The path.'),
  }),

  configure:
    ({ path }) =>
    async ({ host }) =>
      (await statusAt(host, path))?.kind === 'directory',
});
