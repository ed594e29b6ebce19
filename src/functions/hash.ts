import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { HASH_ALGORITHMS } from './support/hashes.ts';

export default defineFunction({
  name: 'hash',
  description: 'The hash of a text, in hexadecimal digits.',
  group: 'hash',
  reach: 'pure',

  options: z.object({
    string: z.string().describe('The text, hashed as UTF-8.'),
    algorithm: z.enum(HASH_ALGORITHMS).describe('The algorithm.'),
  }),

  configure:
    ({ string, algorithm }) =>
    () =>
      createHash(algorithm).update(string, 'utf8').digest('hex'),
});
