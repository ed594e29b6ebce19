import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { unreadable } from '../expressions/compile.ts';
import type { Compiled, DataKind, FunctionTable, Reading, Reference } from '../expressions/contract.ts';
import { Expressions } from '../expressions/expressions.ts';
import { lookUp, type Path } from '../expressions/paths.ts';
import type { Evaluated, Purpose } from '../model/expression.ts';
import type { YamlMap } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import type { FunctionScope, NodeFacts, TextStyle } from '../plugins/function.ts';
import type { Askable } from './chart-past.ts';
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
  /** What collectors say, when it is not the present that is asked for. */
  readonly collector?: (path: Path) => Reading;
  readonly signal: AbortSignal;
}

/** Evaluates expressions over what is known of this node. Each text is compiled once. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  #expressions: Expressions<FunctionScope>;
  #functions: FunctionTable<FunctionScope>;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#expressions = new Expressions<FunctionScope>(options);
    this.#functions = options.functions;
  }

  /** Other functions are there from now on; every text is compiled again. */
  useFunctions(functions: FunctionTable<FunctionScope>): void {
    this.#expressions = new Expressions<FunctionScope>({ ...this.#options, functions });
    this.#functions = functions;
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

  /** An expression whose value only depends on single values of collectors; `undefined` for any other. */
  overCollectors(text: string, occasion: Occasion): Askable | undefined {
    const prepared = this.#prepare(text);
    if ('type' in prepared || prepared.isAsync || prepared.references.length === 0) return undefined;
    const isSingle = ({ kind, path }: Reference) => kind === 'collector' && !path.segments.includes('*');
    const isPure = (name: string) => this.#functions.get(name)?.reach === 'pure';
    if (!prepared.references.every(isSingle) || ![...prepared.calls].every(isPure)) return undefined;
    return {
      paths: prepared.references.map(({ path }) => path),
      // What is not asynchronous answers at once.
      at: (collector) => prepared.evaluate(this.#scope({ ...occasion, collector }), 'value') as Evaluated,
    };
  }

  #prepare(text: string): Prepared {
    try {
      return this.#expressions.expression(text);
    } catch (error) {
      return unreadable(error);
    }
  }

  #scope({ data = NO_OBJECT, style = 'plain', collector, signal }: Occasion): FunctionScope {
    const { host, clock, random, node } = this.#options;
    const read = (kind: DataKind, path: Path) =>
      kind === 'collector' && collector ? collector(path) : this.#read(kind, path, data);
    return { host, clock, random, node, signal, style, read };
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
        return variable(path, data.variables);
    }
  }
}

const found = (value: unknown, reason: string): Reading =>
  value === undefined ? { found: false, reason } : { found: true, value };

function variable(path: Path, variables: ObjectData['variables']): Reading {
  const [name = ''] = path.segments;
  const whole = variables.get(path.text);
  const outcome = whole ?? variables.get(name);
  if (!outcome) return { found: false, reason: 'no such variable' };
  if (outcome.type === 'missing') return { found: false, reason: `${outcome.path}: ${outcome.reason}` };
  if (outcome.type === 'error') return { found: false, reason: outcome.message };
  return found(whole ? outcome.value : lookUp(outcome.value, path.segments, 1), 'no such part of the variable');
}
