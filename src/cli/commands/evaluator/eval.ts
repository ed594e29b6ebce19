import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { AgentRefusal } from '../../failure.ts';
import { pythonText } from '../../python.ts';
import type { Terminal } from '../../terminal.ts';

export default defineCommand({
  arguments: '<EXPR>',
  dashes: 'arguments',
  examples: ['evaluator eval "{{collector.memory.available}} > 1000"', 'evaluator eval "-2**2" --json'],
  route: 'POST /agent/evaluator/eval',
  async run({ args: [expr = ''] }, { agent, terminal }) {
    try {
      const value = await agent.ask('POST /agent/evaluator/eval', { body: { expr } });
      terminal.show(value, () => {
        terminal.title('Result');
        terminal.line(escaped(pythonText(value)));
      });
    } catch (error) {
      if (error instanceof AgentRefusal && !terminal.json) showPlace(expr, error, terminal);
      throw error;
    }
  },
});

/** Points at the place in the expression that an error is about, if it says one. */
function showPlace(expr: string, { code, message, details }: AgentRefusal, terminal: Terminal): void {
  if (code !== 'expression') return;
  const offset = offsetIn(details) ?? Number(/\bcolumn (\d+)/.exec(message)?.[1] ?? Number.NaN) - 1;
  if (!Number.isInteger(offset) || offset < 0 || offset > expr.length) return;
  terminal.error(escaped(expr));
  terminal.error(`${' '.repeat(escaped(expr.slice(0, offset)).length)}^`);
}

function offsetIn(details: unknown): number | undefined {
  if (typeof details !== 'object' || details === null || !('offset' in details)) return undefined;
  return typeof details.offset === 'number' ? details.offset : undefined;
}
