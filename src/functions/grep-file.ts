import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';
import { grepPattern, grepText } from './support/grep.ts';

export default defineFunction({
  name: 'grep_file',
  description: 'Whether a line of a file holds a text, in whatever case, or matches a regular expression.',
  group: 'filesystem',
  reach: 'host',

  options: z.object({
    string: z.string().describe('What to look for.'),
    path: z.string().min(1).describe('The file.'),
    regexp: z
      .boolean()
      .default(false)
      .describe('Whether the text is a regular expression (RE2 syntax, case-sensitive).'),
  }),

  configure:
    ({ string, path, regexp }) =>
    ({ host }) =>
      regexp ? grepPattern(host, path, string) : grepText(host, path, string),
});
