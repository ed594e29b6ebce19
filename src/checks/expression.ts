import { z } from 'zod';
import type { CheckResult } from '../model/check.ts';
import { parsePluginOutput } from '../model/plugin-output.ts';
import { type CheckContext, defineCheck } from '../plugins/kinds.ts';

const expression = (meaning: string) => z.string().default('').describe(meaning);

const Options = z.object({
  critical_if: expression('True when the state is critical; asked first.'),
  critical_output: expression('Text to show then.'),
  critical_clear_if: expression('Once critical, it stays so until this is true.'),
  warning_if: expression('True when the state is warning.'),
  warning_output: expression('Text to show then.'),
  warning_clear_if: expression('Once warning, it stays so until this is true.'),
  ok_output: expression('Text to show when all is well.'),
});
type Options = z.output<typeof Options>;

const PROBLEMS = ['critical', 'warning'] as const;
type ProblemState = (typeof PROBLEMS)[number];

export default defineCheck({
  name: 'expression',
  description: 'Judges what was collected by a critical and a warning expression, the critical one first.',
  fields: ['critical_if', 'warning_if'],
  order: 10,
  timeoutMs: 10_000,
  options: Options,

  configure: (check) => async (context) => {
    for (const state of PROBLEMS) {
      const verdict = await holds(check, state, context);
      if (typeof verdict === 'string') return { state: 'unknown', output: verdict };
      if (verdict) return await shown(check, state, context);
    }
    return await shown(check, 'ok', context);
  },
});

/** Whether the check is in that state; a text says why nobody knows. */
async function holds(check: Options, state: ProblemState, context: CheckContext): Promise<boolean | string> {
  const condition = check[`${state}_if`];
  if (condition === '') return false;
  const answer = await context.evaluate(condition, 'condition');
  if (answer.type === 'missing') return `UNKNOWN: ${answer.path} is missing (${answer.reason})`;
  if (answer.type === 'error') return `ERROR: the ${state}_if expression fail: ${condition} : ${answer.message}`;
  return answer.truth || (await isHeld(check, state, context));
}

/** A confirmed problem with a clear expression lasts until that one is true, so that a value near the limit does not flap. */
async function isHeld(check: Options, state: ProblemState, { previous, evaluate }: CheckContext): Promise<boolean> {
  const clear = check[`${state}_clear_if`];
  if (clear === '' || previous.hardState !== state) return false;
  const answer = await evaluate(clear, 'condition');
  return !(answer.type === 'value' && answer.truth);
}

async function shown(check: Options, state: 'ok' | ProblemState, { evaluate }: CheckContext): Promise<CheckResult> {
  const field = `${state}_output` as const;
  const text = check[field];
  if (text === '') return { state, output: presetOutput(check, state) };
  const answer = await evaluate(text, 'text');
  if (answer.type === 'value') return { state, ...parsePluginOutput(answer.text) };
  const label = state.toUpperCase();
  if (answer.type === 'missing') return { state, output: `${label} (${answer.path} is missing: ${answer.reason})` };
  return { state, output: `${label} (ERROR: the ${field} expression fail: ${text} : ${answer.message})` };
}

/** What is said when the check has no text for its state. */
function presetOutput(check: Options, state: 'ok' | ProblemState): string {
  return state === 'ok' ? 'OK' : `${state.toUpperCase()} [${check[`${state}_if`]}]`;
}
