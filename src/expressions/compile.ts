import { messageOf } from '../base/errors.ts';
import type { Evaluated, Purpose } from '../model/expression.ts';
import type { Compiled, CompileOptions, Reference, Scope } from './contract.ts';
import { Emitter } from './emitter.ts';
import { fault, faultCode, placeOf, type Span } from './fault.ts';
import { MAX_WAIT_MS } from './limits.ts';
import { parseExpression, parseTemplate } from './parser.ts';
import { type Code, Run, Suspension } from './run.ts';
import type { Node } from './syntax.ts';
import { textOf } from './text.ts';
import { isTrue, Missing, type Result, type Value } from './values.ts';

/**
 * Makes an expression ready for evaluation. Throws `expression` when it cannot be read (details: code, offset, length). Calls that cannot
 * work are only warnings, since they may never be reached.
 */
export function compile<S extends Scope = Scope>(text: string, options: CompileOptions<S>): Compiled<S> {
  return assemble(text, parseExpression(text), options);
}

/** As `compile`, for a plain text in which `{{...}}` stand for data; the value is always a text. */
export function compileText<S extends Scope = Scope>(text: string, options: CompileOptions<S>): Compiled<S> {
  return assemble(text, parseTemplate(text), options);
}

/** The outcome of an expression that cannot be read, from what `compile` threw. */
export const unreadable = (error: unknown): Extract<Evaluated, { type: 'error' }> => failed(error, NOWHERE);

const NOWHERE: Span = { start: 0, end: 0 };

function assemble<S extends Scope>(text: string, tree: Node, options: CompileOptions<S>): Compiled<S> {
  // The scope goes from `evaluate` to the functions and is not looked at in between; both ends are typed here.
  const emitter = new Emitter(options as unknown as CompileOptions);
  const code = emitter.code(tree);
  const isAsync = emitter.remoteCalls > 0;
  const { references, calls, warnings } = emitter;
  const evaluate = isAsync ? evaluateWaiting : evaluateAtOnce;
  return {
    text,
    references,
    collectors: collectorsOf(references),
    calls,
    warnings,
    isAsync,
    evaluate: (scope, purpose) => evaluate(code, scope, purpose),
  };
}

function collectorsOf(references: readonly Reference[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, path } of references) if (kind === 'collector') names.add(path.segments[0] ?? '');
  return names;
}

function evaluateAtOnce(code: Code, scope: Scope, purpose: Purpose): Evaluated {
  const run = new Run(scope, purpose === 'text');
  try {
    return concluded(code(run), run);
  } catch (error) {
    return failed(error, run.at);
  }
}

/** Starts again after each answer of a host or net function, until none is lacking. */
async function evaluateWaiting(code: Code, scope: Scope, purpose: Purpose): Promise<Evaluated> {
  const run = new Run(scope, purpose === 'text');
  const deadline = scope.clock.now() + MAX_WAIT_MS;
  for (;;) {
    run.emptied = undefined;
    try {
      return concluded(code(run), run);
    } catch (error) {
      if (!(error instanceof Suspension)) return failed(error, run.at);
      try {
        run.keepAnswer(error.place, await answered(error, scope, deadline));
      } catch (failure) {
        return failed(failure, error.place);
      }
    }
  }
}

/** The answer to a call, unless it takes too long or the evaluation is given up. */
function answered({ ask }: Suspension, { clock, signal }: Scope, deadline: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(fault('LIMIT', 'the evaluation was given up'));
    if (signal.aborted) return giveUp();
    const timer = clock.after(Math.max(0, deadline - clock.now()), () => {
      reject(fault('LIMIT', `took longer than ${MAX_WAIT_MS / 1_000} s`));
    });
    signal.addEventListener('abort', giveUp, { once: true });
    ask()
      .then(resolve, reject)
      .finally(() => {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', giveUp);
      });
  });
}

function concluded(result: Result, run: Run): Evaluated {
  // Most expressions are conditions: their two outcomes are made once (half of the time of a short evaluation went into making them).
  if (typeof result === 'boolean' && run.emptied === undefined) return result ? YES : NO;
  if (!(result instanceof Missing)) return outcome(result, run.emptied);
  if (run.isText) return new Outcome('', run.emptied ?? result);
  return { type: 'missing', path: result.path, reason: result.reason };
}

function outcome(value: Value, missing: Missing | undefined): Outcome {
  const done = new Outcome(value, missing);
  // A container may be too large to be shown; that is found here, where it is still an error of the expression.
  if (typeof value === 'object') void done.text;
  return done;
}

/** A value whose text and truth are worked out when they are asked for. */
class Outcome {
  readonly type = 'value';
  readonly value: Value;
  readonly missing: Missing | undefined;
  private shown: string | undefined;

  constructor(value: Value, missing: Missing | undefined) {
    this.value = value;
    this.missing = missing;
    this.shown = undefined;
  }

  get text(): string {
    this.shown ??= textOf(this.value);
    return this.shown;
  }

  get truth(): boolean {
    return isTrue(this.value);
  }
}

const verdict = (truth: boolean): Extract<Evaluated, { type: 'value' }> => ({
  type: 'value',
  value: truth,
  missing: undefined,
  text: textOf(truth),
  truth,
});
const YES = verdict(true);
const NO = verdict(false);

function failed(error: unknown, at: Span): Extract<Evaluated, { type: 'error' }> {
  const { start, end } = placeOf(error) ?? at;
  return { type: 'error', message: messageOf(error), code: faultCode(error), offset: start, length: end - start };
}
