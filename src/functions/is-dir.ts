import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'is_dir',
  description: 'Whether there is a directory at a path.',
  group: 'filesystem',
  reach: 'host',

  options: z.object({
    path: z.string().min(1).describe('The path.'),
  }),

  configure:
    ({ path }) =>
    async ({ host }) => {
      if (!(await host.exists(path))) return false;
      try {
        await host.readdir(path);
        return true;
      } catch (error) {
        // Other failures, such as a missing permission, are those of a directory.
        return systemCode(error) !== 'ENOTDIR' && systemCode(error) !== 'ENOENT';
      }
    },
});
