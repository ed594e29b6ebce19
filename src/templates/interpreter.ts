import { Interpreter, type Node, newScope, type Scope, type Value } from './engine.ts';
import { FILTERS } from './filters.ts';

const MOST_STEPS = 1_000_000;

/** The engine with our filters. It counts its steps, and notes which names that are printed have no value. */
export class BoundedInterpreter extends Interpreter {
  /** Names that were printed or filtered and have no value, as they are written. */
  readonly unknown = new Set<string>();
  readonly #printed: ReadonlySet<object>;
  readonly #most: number;
  #steps = 0;

  constructor(scope: Scope, program: Node, most: number = MOST_STEPS) {
    super(scope);
    this.#most = most;
    this.#printed = printedIn(program);
  }

  override evaluate(node: Node | undefined, scope: Scope): Value {
    this.#steps += 1;
    if (this.#steps > this.#most) throw new Error(`more than ${this.#most} steps`);
    const value = this.#filtered(node, scope) ?? super.evaluate(node, scope);
    if (node !== undefined && value.type === 'UndefinedValue' && this.#printed.has(node)) this.#note(node);
    return value;
  }

  /** What one of our filters makes of a value; `undefined` when the node is for the engine itself. */
  #filtered(node: Node | undefined, scope: Scope): Value | undefined {
    const call = filterOf(node);
    if (!call) return undefined;
    const { operand, name, args } = call;
    const value = this.evaluate(operand, scope);
    const isGiven = value.type !== 'UndefinedValue';
    if (!isGiven && name !== 'default') {
      this.#note(operand);
      return runtimeValue('');
    }
    const filter = FILTERS.get(name);
    if (!filter) return undefined;
    return runtimeValue(filter(plainOf(value), ...args.map((each) => plainOf(this.evaluate(each, scope)))));
  }

  #note(node: object): void {
    this.unknown.add(writtenAs(node));
  }
}

/** A value as the engine has it. */
const runtimeValue = (value: unknown): Value => newScope().set('value', value);

function plainOf({ type, value }: Value): unknown {
  if (Array.isArray(value)) return value.map((each) => plainOf(each));
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, plainOf(each)]));
  return type === 'FunctionValue' ? null : value;
}

interface FilterCall {
  readonly operand: Node;
  readonly name: string;
  readonly args: readonly Node[];
}

function filterOf(node: object | undefined): FilterCall | undefined {
  if (node === undefined || typeOf(node) !== 'FilterExpression') return undefined;
  const [operand, filter] = [childOf(node, 'operand'), childOf(node, 'filter')];
  if (operand === undefined || filter === undefined) return undefined;
  const name = fieldOf(childOf(filter, 'callee') ?? filter, 'value');
  const args = fieldOf(filter, 'args');
  return { operand, name: String(name), args: Array.isArray(args) ? args.map(argumentOf) : [] };
}

/** Of `name=value` the value: our filters know their arguments by their place. */
const argumentOf = (node: Node): Node =>
  (typeOf(node) === 'KeywordArgumentExpression' ? childOf(node, 'value') : node) ?? node;

/** The expressions of a template whose value becomes text. */
function printedIn(program: object): ReadonlySet<object> {
  const printed = new Set<object>();
  const visit = (node: object): void => {
    for (const name of ['body', 'alternate', 'defaultBlock']) {
      const body = fieldOf(node, name);
      if (!Array.isArray(body)) continue;
      for (const each of body) {
        printed.add(each);
        visit(each);
      }
    }
  };
  visit(program);
  return printed;
}

/** An expression as somebody wrote it, as far as it is a path. */
function writtenAs(node: object): string {
  const [object, property] = [childOf(node, 'object'), childOf(node, 'property')];
  if (object !== undefined && property !== undefined) return `${writtenAs(object)}.${writtenAs(property)}`;
  const callee = childOf(node, 'callee');
  if (callee !== undefined) return `${writtenAs(callee)}()`;
  const value = fieldOf(node, 'value');
  return typeof value === 'object' ? typeOf(node) : String(value);
}

const fieldOf = (node: object, name: string): unknown => Reflect.get(node, name);
const typeOf = (node: object): string => String(fieldOf(node, 'type'));

function childOf(node: object, name: string): Node | undefined {
  const child = fieldOf(node, name);
  const isNode = typeof child === 'object' && child !== null && typeof fieldOf(child, 'type') === 'string';
  return isNode ? (child as Node) : undefined;
}
