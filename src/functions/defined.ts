import { z } from 'zod';
import { Missing } from '../expressions/values.ts';
import { resultArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'defined',
  description: 'Whether data is there: False only for missing data.',
  group: 'basic',
  reach: 'pure',
  whenMissing: 'call',

  options: z.object({
    x: resultArgument('Data that may be missing.'),
  }),

  configure:
    ({ x }) =>
    () =>
      !(x instanceof Missing),
});
