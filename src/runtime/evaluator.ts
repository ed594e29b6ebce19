import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { unreadable } from '../expressions/compile.ts';
import type { Compiled, DataKind, FunctionTable, Reading } from '../expressions/contract.ts';
import { Expressions } from '../expressions/expressions.ts';
import type { Path } from '../expressions/paths.ts';
import type { Evaluated, Purpose } from '../model/expression.ts';
import type { YamlMap } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import type { FunctionScope, NodeFacts, TextStyle } from '../plugins/function.ts';
import { findSetting, NO_OBJECT, type ObjectData } from './object-data.ts';

interface EvaluatorOptions {
  readonly functions: FunctionTable<FunctionScope>;
  readonly host: Host;
  readonly clock: Clock;
  readonly random: Random;
  readonly node: NodeFacts;
  collector(path: Path): Reading;
  /** Free variables of agent.yml, as they are now. */
  variables(): YamlMap;
}

type Prepared = Compiled<FunctionScope> | Extract<Evaluated, { type: 'error' }>;

/** For whom an expression is evaluated, and until when. */
interface Occasion {
  readonly data?: ObjectData;
  /** Plain when left out. */
  readonly style?: TextStyle;
  readonly signal: AbortSignal;
}

/** Evaluates expressions over what is known of this node. Each text is compiled once. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  #expressions: Expressions<FunctionScope>;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#expressions = new Expressions<FunctionScope>(options);
  }

  /** Other functions are there from now on; every text is compiled again. */
  useFunctions(functions: FunctionTable<FunctionScope>): void {
    this.#expressions = new Expressions<FunctionScope>({ ...this.#options, functions });
  }

  /** The outcome of an expression: at once, or as a promise when it asks the machine or the network. Never throws or rejects. */
  evaluate(text: string, purpose: Purpose, occasion: Occasion): Evaluated | Promise<Evaluated> {
    const prepared = this.#prepare(text);
    if ('type' in prepared) return prepared;
    return prepared.evaluate(this.#scope(occasion), purpose);
  }

  /** The expression asks the machine or the network, so that its value can change without notice. */
  reachesOut(text: string): boolean {
    const prepared = this.#prepare(text);
    return !('type' in prepared) && prepared.isAsync;
  }

  #prepare(text: string): Prepared {
    try {
      return this.#expressions.expression(text);
    } catch (error) {
      return unreadable(error);
    }
  }

  #scope({ data = NO_OBJECT, style = 'plain', signal }: Occasion): FunctionScope {
    const { host, clock, random, node } = this.#options;
    return { host, clock, random, node, signal, style, read: (kind, path) => this.#read(kind, path, data) };
  }

  #read(kind: DataKind, path: Path, data: ObjectData): Reading {
    switch (kind) {
      case 'collector':
        return this.#options.collector(path);
      case 'parameters':
        return found(findSetting(path, { ...data, own: {} }, {}), 'no such parameter');
      case 'configuration':
        return found(findSetting(path, data, this.#options.variables()), 'not set');
      case 'variables':
        return variable(data.variables.get(path.text));
    }
  }
}

const found = (value: unknown, reason: string): Reading =>
  value === undefined ? { found: false, reason } : { found: true, value };

function variable(outcome: Evaluated | undefined): Reading {
  if (!outcome) return { found: false, reason: 'no such variable' };
  if (outcome.type === 'value') return { found: true, value: outcome.value };
  return { found: false, reason: outcome.type === 'missing' ? `${outcome.path}: ${outcome.reason}` : outcome.message };
}
