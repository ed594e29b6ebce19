import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'now',
  description: 'Seconds since 1970, whole.',
  group: 'time',
  reach: 'node',

  options: z.object({}),

  configure:
    () =>
    ({ clock }) =>
      Math.floor(clock.wall() / 1_000),
});
