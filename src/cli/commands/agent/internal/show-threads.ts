import type { Command } from '../../../command.ts';
import parts from '../parts.ts';

/** The name that OpsBro has for `agent parts`. */
export default {
  ...parts,
  examples: ['agent internal show-threads', 'agent internal show-threads --json'],
} satisfies Command;
