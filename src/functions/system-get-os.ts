import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'system_get_os',
  description: 'The operating system: linux, darwin, windows or freebsd.',
  group: 'system',
  reach: 'node',

  options: z.object({}),

  configure: () => () => (process.platform === 'win32' ? 'windows' : process.platform),
});
