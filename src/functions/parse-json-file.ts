import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import { fault } from '../expressions/fault.ts';
import { Meter } from '../expressions/limits.ts';
import { fromPlain } from '../expressions/plain.ts';
import { defineFunction } from '../plugins/function.ts';
import { isOfSystem, regularText } from './support/files.ts';

const MAX_MIB = 1;

export default defineFunction({
  name: 'parse_json_file',
  description: 'The content of a JSON file: dicts, lists, texts, numbers.',
  group: 'filesystem',
  reach: 'host',

  options: z.object({
    path: z.string().min(1).describe('The file, at most 1 MiB.'),
  }),

  configure:
    ({ path }) =>
    async ({ host }) => {
      const text = await regularText(host, path, MAX_MIB).catch((error: unknown) => {
        throw isOfSystem(error) ? fault('FUNCTION', `cannot read ${path}: ${systemCode(error)}`) : error;
      });
      return fromPlain(parsed(text, path), new Meter());
    },
});

/** The parser's own words would show a piece of the file. */
function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fault('FUNCTION', `${path} is not JSON`);
  }
}
