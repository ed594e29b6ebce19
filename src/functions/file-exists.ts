import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'file_exists',
  description: 'Whether there is a file, or anything else, at a path.',
  group: 'filesystem',
  reach: 'host',

  options: z.object({
    path: z.string().min(1).describe('The path.'),
  }),

  configure:
    ({ path }) =>
    ({ host }) =>
      host.exists(path),
});
