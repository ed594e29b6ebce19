import { posix } from 'node:path';
import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'path_dirname',
  description: 'The directory part of a path.',
  group: 'filesystem',
  reach: 'pure',

  options: z.object({
    path: z.string().describe('The path.'),
  }),

  configure:
    ({ path }) =>
    () =>
      posix.dirname(path),
});
