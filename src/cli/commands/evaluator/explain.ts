import { defineCommand } from '../../command.ts';
import { showExplained, tellFailure } from '../../expression-text.ts';

export default defineCommand({
  arguments: '<EXPR>',
  dashes: 'arguments',
  options: { pack: { kind: 'value', placeholder: 'PACK', description: 'see the parameters of this pack' } },
  examples: [
    'evaluator explain "{{collector.cpustats.cpu_all.%idle}} < 20 and is_in_group(\'linux\')"',
    'evaluator explain "-2**2 + 1" --json',
  ],
  route: 'POST /agent/evaluator/eval',
  local: 'groups',
  async run({ args: [expr = ''], options: { pack } }, { agent, terminal }) {
    try {
      const body = { expr, explain: true, ...(pack !== undefined && { pack }) };
      showExplained(await agent.ask('POST /agent/evaluator/eval', { body }), terminal);
    } catch (error) {
      tellFailure(expr, error, terminal);
      throw error;
    }
  },
});
