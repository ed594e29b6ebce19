import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { showExplained, tellFailure } from '../../expression-text.ts';
import { pythonText } from '../../python.ts';

export default defineCommand({
  arguments: '<EXPR>',
  dashes: 'arguments',
  options: {
    explain: { kind: 'flag', description: 'show the value of every part, as evaluator explain does' },
    pack: { kind: 'value', placeholder: 'PACK', description: 'see the parameters of this pack' },
  },
  examples: ['evaluator eval "{{collector.memory.available}} > 1000"', 'evaluator eval "-2**2" --json'],
  route: 'POST /agent/evaluator/eval',
  local: 'groups',
  async run({ args: [expr = ''], options: { explain, pack } }, { agent, terminal }) {
    try {
      const body = { expr, ...(explain && { explain }), ...(pack !== undefined && { pack }) };
      const value = await agent.ask('POST /agent/evaluator/eval', { body });
      if (explain) return showExplained(value, terminal);
      terminal.show(value, () => {
        terminal.title('Result');
        terminal.line(escaped(pythonText(value)));
      });
      return undefined;
    } catch (error) {
      const code = tellFailure(expr, error, terminal);
      if (code === undefined) throw error;
      return code;
    }
  },
});
