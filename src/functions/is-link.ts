import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { statusAt } from './support/files.ts';

export default defineFunction({
  name: 'is_link',
  description: 'Whether there is a symbolic link at a path, wherever it leads.',
  group: 'filesystem',
  reach: 'host',

  options: z.object({
    path: z.string().min(1).describe('The path.'),
  }),

  configure:
    ({ path }) =>
    async ({ host }) =>
      (await statusAt(host, path))?.isLink ?? false,
});
