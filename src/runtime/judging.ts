import type { Clock } from '../base/clock.ts';
import { type CheckRecord, type CheckResult, stateId } from '../model/check.ts';
import type { Evaluated } from '../model/expression.ts';
import type { YamlMap } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import type { CheckContext } from '../plugins/kinds.ts';
import type { ScriptRules } from '../plugins/script-command.ts';
import type { CheckPlan } from './check-plan.ts';
import type { Evaluator } from './evaluator.ts';
import type { Guard, Outcome } from './guard.ts';
import { macroText } from './macros.ts';
import type { ObjectData } from './object-data.ts';
import { withThresholds } from './thresholds.ts';

/**
 * A kind that keeps the time limit itself, as scripts do to show what was printed until then, comes before the guard by this much.
 */
const OWN_LIMIT_MS = 1_000;

interface JudgingOptions {
  readonly guard: Guard;
  readonly host: Host;
  readonly clock: Clock;
  readonly evaluator: Evaluator;
  /** Facts of this node for macros, such as `node.name`. */
  readonly facts: ReadonlyMap<string, string>;
  /** Free variables of agent.yml, as they are now. */
  variables(): YamlMap;
  /** How programs are run, as it is now. */
  scripts(): ScriptRules;
}

/** What one run of a check came to. */
export interface Judgement {
  readonly result: CheckResult;
  readonly ms: number;
  /** It asked the machine or the network, and not only what was collected. */
  readonly reachedOut: boolean;
}

/** Runs a check once: its variables, then its kind, then what it says about the result. Never throws. */
export class Judging {
  readonly #options: JudgingOptions;

  constructor(options: JudgingOptions) {
    this.#options = options;
  }

  /** `previous` is where the check stands. */
  async judge(plan: CheckPlan, previous: CheckRecord, stop: AbortSignal): Promise<Judgement> {
    const { guard } = this.#options;
    const reached = new Set<string>();
    const limits = { timeoutMs: plan.timeoutMs + OWN_LIMIT_MS, signal: stop };
    const outcome = await guard.run(`check ${plan.id}`, limits, async (signal) => {
      const variables = new Map<string, Evaluated>();
      const data = { own: plan.object.definition, parameters: plan.parameters, variables };
      const use = { data, signal, reachOut: () => void reached.add(plan.id) };
      const failed = await this.#workOut(plan, variables, use);
      return failed ?? (await plan.run(this.#context(plan, previous, use), signal));
    });
    const result = judged(resultOf(outcome, plan), plan);
    return { result, ms: outcome.ms, reachedOut: reached.size > 0 };
  }

  /** Evaluates the variables of a check in order; each may use the ones before it. Gives the result when one cannot be. */
  async #workOut(plan: CheckPlan, variables: Map<string, Evaluated>, use: Use): Promise<CheckResult | undefined> {
    for (const [name, text] of plan.variables) {
      const outcome = await this.#evaluate(text, 'value', use);
      variables.set(name, outcome);
      if (outcome.type !== 'error') continue;
      const output = `ERROR: the variable ${name} expression fail: ${text} : ${outcome.message}`;
      return { state: 'unknown', output };
    }
    return undefined;
  }

  #context(plan: CheckPlan, previous: CheckRecord, use: Use): CheckContext {
    const { host, clock, evaluator, variables, facts } = this.#options;
    const source = {
      data: use.data,
      agent: variables(),
      facts: new Map([...facts, ...checkFacts(plan, previous)]),
      evaluate: (hole: string) => evaluator.evaluate(hole, 'text', use),
    };
    return {
      evaluate: (text, purpose) => this.#evaluate(text, purpose, use),
      get host() {
        use.reachOut();
        return host;
      },
      clock,
      macro: (name) => macroText(name, source),
      previous,
      scripts: this.#options.scripts(),
    };
  }

  async #evaluate(text: string, purpose: 'condition' | 'value' | 'text', use: Use): Promise<Evaluated> {
    const outcome = this.#options.evaluator.evaluate(text, purpose, use);
    if (!('type' in outcome)) use.reachOut();
    return await outcome;
  }
}

/** For what an evaluation is made. */
interface Use {
  readonly data: ObjectData;
  readonly signal: AbortSignal;
  /** Is called when more than what was collected is asked. */
  reachOut(): void;
}

function resultOf(outcome: Outcome<CheckResult>, plan: CheckPlan): CheckResult {
  if (outcome.status === 'ok') return outcome.value;
  const timeout = `timeout after ${plan.timeoutMs / 1_000}s`;
  return { state: 'unknown', output: outcome.status === 'timeout' ? timeout : outcome.message };
}

/** A result after what the check makes of it: turned into another state, or worse where a measured value is outside its limits. */
export const judged = (result: CheckResult, plan: CheckPlan): CheckResult =>
  withThresholds(negated(result, plan), plan.thresholds);

const negated = (result: CheckResult, { negate }: CheckPlan): CheckResult => ({
  ...result,
  state: negate.get(result.state) ?? result.state,
});

function checkFacts({ id, displayName }: CheckPlan, { state, attempt }: CheckRecord): [string, string][] {
  const number = String(stateId(state));
  return [
    ['check.id', id],
    ['check.state_id', number],
    ['check.attempt', String(attempt)],
    ['SERVICEDESC', displayName],
    ['SERVICESTATEID', number],
  ];
}
