import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { tellFailure } from '../../expression-text.ts';
import type { Terminal } from '../../terminal.ts';

/** A part of an expression, as the agent tells of it. */
interface Explained {
  readonly text: string;
  readonly shown: string;
  readonly parts: readonly Explained[];
}

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

/** Shows an expression with the value of every part of it, parts below what they are part of. */
export function showExplained(explained: unknown, terminal: Terminal): void {
  terminal.show(explained, () => {
    terminal.title('Result');
    showPart(explained as Explained, '', terminal);
  });
}

function showPart({ text, shown, parts }: Explained, indent: string, terminal: Terminal): void {
  terminal.line(`${indent}${escaped(text)} → ${escaped(shown)}`);
  for (const part of parts) showPart(part, `${indent}  `, terminal);
}
