import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import { fault } from '../expressions/fault.ts';
import { defineFunction } from '../plugins/function.ts';
import { HASH_ALGORITHMS } from './support/hashes.ts';

export default defineFunction({
  name: 'file_hash_match',
  description: 'Whether a file has a hash, written in hexadecimal digits of whatever case.',
  group: 'hash',
  reach: 'host',

  options: z.object({
    path: z.string().min(1).describe('The file, at most 1 GiB.'),
    algorithm: z.enum(HASH_ALGORITHMS).describe('The algorithm.'),
    hash_match: z.string().describe('The hash it should have.'),
  }),

  configure:
    ({ path, algorithm, hash_match }) =>
    async ({ host, signal }) => {
      const digest = await host.hashFile(path, algorithm, signal).catch((error: unknown) => {
        throw fault('FUNCTION', `cannot hash ${path}: ${systemCode(error) ?? 'given up'}`);
      });
      return digest === hash_match.trim().toLowerCase();
    },
});
