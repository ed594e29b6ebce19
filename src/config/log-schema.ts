import { z } from 'zod';
import * as field from './fields.ts';

const LEVELS = ['ERROR', 'WARNING', 'INFO', 'DEBUG'] as const;
const level = () => field.oneOf(LEVELS);

/** What the agent writes of what it does, and for how long that is kept. */
export const logging = {
  log_level: z
    .union([level(), z.record(z.string().regex(/^[a-z][a-z0-9._-]{0,63}$/), level())])
    .meta({ expected: `one of ${LEVELS.join(', ')}, or a map from parts of the agent to these` })
    .prefault('INFO')
    .describe(
      'What is logged; less important lines are left out. A map says it for single parts (see opsbro agent log list), and as default for the others.',
    ),
  log_format: field.oneOf(['text', 'json']).prefault('text').describe('Form of a log line.'),
  log_keep_days: field
    .wholeNumber(1, 3_650)
    .default(8)
    .describe('Days after which a log file is removed; each begins at midnight, local time.'),
  log_max_size: field
    .size()
    .prefault('100MB')
    .describe('Size at which a log file is set aside and a new one begun; of one day and part ten are kept at most.'),
  debug_routes: field
    .flag()
    .default(true)
    .describe('Show the inside of the agent at /debug, to those who may administer it.'),
  log_stdout: field.flag().default(true).describe('Log to the terminal; false: to files in the log directory instead.'),
};
