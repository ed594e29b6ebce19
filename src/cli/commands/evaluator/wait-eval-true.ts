import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { tellFailure } from '../../expression-text.ts';
import { AgentRefusal } from '../../failure.ts';
import { pause } from '../../initialized.ts';
import { waitUntil } from '../../waiting.ts';

const AGAIN_MS = 1_000;

export default defineCommand({
  arguments: '<EXPR>',
  dashes: 'arguments',
  options: { pack: { kind: 'value', placeholder: 'PACK', description: 'see the parameters of this pack' } },
  examples: [
    'evaluator wait-eval-true "file_exists(\'/run/ready\')"',
    'evaluator wait-eval-true "{{collector.loadaverage.load1}} < 2" --timeout 5m',
  ],
  route: 'POST /agent/evaluator/eval',
  async run({ args: [expr = ''], options: { pack } }, context) {
    const { agent, terminal } = context;
    let isFirst = true;
    const goal = {
      async ask() {
        // An expression has no number by which the agent could say that it has changed.
        if (!isFirst) await pause(AGAIN_MS);
        isFirst = false;
        return { headers: {}, body: await stateOf(agent, { expr, ...(pack !== undefined && { pack }) }) };
      },
      judge: (state: string) => ({
        isReached: state === 'true',
        sentence: `the expression is ${state}`,
        state,
        value: { expr, state },
      }),
      missed: 'the expression is not true',
    };
    try {
      return await waitUntil(goal, context);
    } catch (error) {
      tellFailure(expr, error, terminal);
      throw error;
    }
  },
});

/** `true`, `false`, or what is missing: that may come. */
async function stateOf(agent: AgentClient, body: { readonly expr: string; readonly pack?: string }): Promise<string> {
  try {
    return String(isTrue(await agent.ask('POST /agent/evaluator/eval', { body })));
  } catch (error) {
    if (error instanceof AgentRefusal && error.code === 'missing') return `unknown: ${error.message}`;
    throw error;
  }
}

/** As the language has it: None, False, 0 and everything empty are false. */
function isTrue(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
