import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'random',
  description: 'A random number, at least 0 and below 1.',
  group: 'random',
  reach: 'pure',

  options: z.object({}),

  configure:
    () =>
    ({ random }) =>
      random(),
});
