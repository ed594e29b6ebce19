import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'system_is_python_2',
  description: 'Always False; kept for files written for older versions.',
  group: 'system',
  reach: 'pure',

  options: z.object({}),

  configure: () => () => false,
});
