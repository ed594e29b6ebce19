import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { grepText } from './support/grep.ts';

export default defineFunction({
  name: 'grep',
  description: 'Whether a line of a file holds a text, in whatever case.',
  group: 'filesystem',
  reach: 'host',

  options: z.object({
    string: z.string().describe('What to look for.'),
    path: z.string().min(1).describe('The file.'),
  }),

  configure:
    ({ string, path }) =>
    ({ host }) =>
      grepText(host, path, string),
});
