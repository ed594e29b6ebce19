import { defineCommand } from '../command.ts';
import { COMPLETION_SCRIPTS } from '../completion-scripts.ts';
import { UsageError } from '../failure.ts';

export default defineCommand({
  arguments: '<SHELL>',
  examples: ['completion bash', 'completion fish'],
  route: 'none',
  async run({ args: [shell = ''] }, { terminal }) {
    const script = COMPLETION_SCRIPTS.get(shell);
    if (script === undefined) {
      const known = [...COMPLETION_SCRIPTS.keys()].join(', ');
      throw new UsageError(`there is no completion for "${shell}"; possible: ${known}`);
    }
    terminal.show(script, () => terminal.line(script.trimEnd()));
  },
});
