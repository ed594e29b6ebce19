import { messageOf } from '../base/errors.ts';
import { isShowable } from './arithmetic.ts';
import { admitted, bindArguments, callCode, suggestion, unknownFunction } from './calls.ts';
import { constantCode, formatCode, holeOf, neededKey, percentCode, signCode } from './codes.ts';
import { beforeNumber, behindNumber, comparedWithNumber } from './constant-operands.ts';
import type { CompileOptions, ExpressionFunction, Reference, Warning } from './contract.ts';
import { fault, faultCode, type Span } from './fault.ts';
import { type FormatValues, formatValues } from './format.ts';
import { checkTextSize, MAX_CALLS, MAX_REMOTE_CALLS } from './limits.ts';
import { conditionalCode, logicalCode, notCode } from './logic.ts';
import { callMethod } from './methods.ts';
import { arithmeticCode, chainCode, comparisonCode } from './operators.ts';
import type { Path } from './paths.ts';
import { fromPlain } from './plain.ts';
import type { Code, Run } from './run.ts';
import { elementAt } from './subscript.ts';
import type * as syntax from './syntax.ts';
import { type Key, Missing, putEntry, type Result, Tuple, type Value } from './values.ts';

const NO_FIELDS: Readonly<Record<string, unknown>> = {};

/** Turns the parts of one expression into code, and notes what it needs. */
export class Emitter {
  readonly references: Reference[] = [];
  readonly calls = new Set<string>();
  readonly warnings: Warning[] = [];
  /** Calls of host and net functions. */
  remoteCalls = 0;
  #allCalls = 0;
  readonly #options: CompileOptions;

  constructor(options: CompileOptions) {
    this.#options = options;
  }

  code(node: syntax.Node): Code {
    switch (node.type) {
      case 'constant':
        return constantCode(node.value);
      case 'template':
        return this.#template(node);
      case 'placeholder':
        return this.#placeholder(node);
      case 'list':
      case 'tuple':
        return this.#sequence(node);
      case 'dict':
        return this.#dict(node);
      case 'name':
        return this.#name(node);
      case 'sign':
        return signCode(node.operator, this.code(node.operand), node);
      case 'not':
        return notCode(this.code(node.operand));
      case 'arithmetic':
        return this.#arithmetic(node);
      case 'chain':
        return this.#chain(node);
      case 'and':
      case 'or':
        return logicalCode(
          node.type,
          node.operands.map((operand) => this.code(operand)),
        );
      case 'conditional':
        return conditionalCode(this.code(node.test), this.code(node.yes), this.code(node.no));
      case 'index':
        return this.#index(node);
      case 'call':
        return this.#call(node);
      case 'method':
        return this.#method(node);
    }
  }

  #template(node: syntax.Template): Code {
    const pieces = node.parts.map((part) => (typeof part === 'string' ? part : this.code(part)));
    return (run) => {
      let text = '';
      for (const piece of pieces) {
        const part = typeof piece === 'string' ? piece : holeOf(piece(run), run);
        if (part instanceof Missing) return part;
        run.at = node;
        checkTextSize(text.length + part.length);
        text += part;
      }
      return text;
    };
  }

  #placeholder(node: syntax.Placeholder): Code {
    const { kind, paths, preset } = node;
    for (const path of paths)
      this.references.push({ kind, path, hasDefault: preset !== undefined || paths.length > 1 });
    const [first, ...others] = paths;
    const read = (run: Run, path: Path): Result => {
      const reading = run.scope.read(kind, path);
      if (!reading.found) return new Missing(`${kind}.${path.text}`, reading.reason);
      const { value } = reading;
      if (typeof value === 'number' && isShowable(value)) return value;
      if (typeof value === 'string' || typeof value === 'boolean') return value;
      run.at = node;
      return fromPlain(value, run.meter);
    };
    if (preset === undefined && others.length === 0) return (run) => read(run, first);
    const fallback = preset && this.code(preset);
    return (run) => {
      const found = read(run, first);
      if (!(found instanceof Missing)) return found;
      for (const path of others) {
        const other = read(run, path);
        if (!(other instanceof Missing)) return other;
      }
      return fallback ? fallback(run) : found;
    };
  }

  #sequence({ type, items }: syntax.Sequence): Code {
    const codes = items.map((item) => this.code(item));
    return (run) => {
      const values: Value[] = [];
      for (const code of codes) {
        const value = code(run);
        if (value instanceof Missing) return value;
        values.push(value);
      }
      return type === 'list' ? values : new Tuple(values);
    };
  }

  #entries({ entries }: syntax.DictDisplay): (run: Run) => Map<Key, Result> | Missing {
    const codes = entries.map(([key, value]) => [this.code(key), this.code(value), key] as const);
    return (run) => {
      const dict = new Map<Key, Result>();
      for (const [keyCode, valueCode, at] of codes) {
        const key = keyCode(run);
        if (key instanceof Missing) return key;
        run.at = at;
        putEntry(dict, neededKey(key), valueCode(run));
      }
      return dict;
    };
  }

  #dict(node: syntax.DictDisplay): Code {
    const entries = this.#entries(node);
    return (run) => {
      const dict = entries(run);
      if (dict instanceof Missing) return dict;
      for (const value of dict.values()) if (value instanceof Missing) return value;
      return dict as Map<Key, Value>;
    };
  }

  #name(node: syntax.Name): Code {
    const { name } = node;
    const { fields, functions } = this.#options;
    if (!fields?.has(name))
      throw fault('NAME', `unknown name "${name}"${nameSuggestion(name, fields, functions)}`, node);
    const isInherited = name in Object.prototype;
    return (run) => {
      const record: Readonly<Record<string, unknown>> = run.scope.record ?? NO_FIELDS;
      const value = isInherited && !Object.hasOwn(record, name) ? undefined : record[name];
      if (typeof value === 'number' && isShowable(value)) return value;
      if (typeof value === 'string' || typeof value === 'boolean') return value;
      if (value === undefined) return new Missing(name, 'no such field');
      run.at = node;
      return fromPlain(value, run.meter);
    };
  }

  #arithmetic(node: syntax.Arithmetic): Code {
    const { operator, left, right } = node;
    const leftCode = this.code(left);
    if (operator !== '%' || numberOf(left) !== undefined) return this.#calculation(node, leftCode);
    const isFormat = left.type === 'template' || (left.type === 'constant' && typeof left.value === 'string');
    if (isFormat) return formatCode(leftCode, this.#formatValues(right), node);
    return percentCode(leftCode, this.code(right), node);
  }

  #calculation(at: syntax.Arithmetic, leftCode: Code): Code {
    const { operator, left, right } = at;
    const rightCode = this.code(right);
    const [first, last] = [numberOf(left), numberOf(right)];
    const short =
      first === undefined
        ? last !== undefined && beforeNumber(operator, { number: last, operand: leftCode, at })
        : behindNumber(operator, { number: first, operand: rightCode, at });
    return short || arithmeticCode(operator, { left: leftCode, right: rightCode, at });
  }

  /** In a text a missing value may stand for nothing in a format, also within a tuple or dict written here. */
  #formatValues(node: syntax.Node): (run: Run) => FormatValues | Missing {
    if (node.type === 'tuple') {
      const codes = node.items.map((item) => this.code(item));
      return (run) => ({ positional: codes.map((code) => code(run)), keyed: undefined });
    }
    if (node.type === 'dict') {
      const entries = this.#entries(node);
      return (run) => {
        const keyed = entries(run);
        return keyed instanceof Missing ? keyed : { positional: [], keyed };
      };
    }
    const code = this.code(node);
    return (run) => {
      const value = code(run);
      return value instanceof Missing ? { positional: [value], keyed: undefined } : formatValues(value);
    };
  }

  #chain(node: syntax.Chain): Code {
    const left = this.code(node.first);
    const operands = node.rest.map(([operator, operand]) => [operator, this.code(operand)] as const);
    const [only, ...more] = operands;
    if (!only || more.length > 0) return chainCode(left, operands, node);
    const [operator, right] = only;
    const number = node.rest[0] && numberOf(node.rest[0][1]);
    const short = number !== undefined && comparedWithNumber(operator, { number, operand: left, at: node });
    return short || comparisonCode(operator, { left, right, at: node });
  }

  #index(node: syntax.Index): Code {
    const objectCode = this.code(node.object);
    const indexCode = this.code(node.index);
    return (run) => {
      const value = objectCode(run);
      if (value instanceof Missing) return value;
      const place = indexCode(run);
      if (place instanceof Missing) return place;
      run.at = node;
      return elementAt(value, place, run.meter);
    };
  }

  #method(node: syntax.MethodCall): Code {
    this.#countCall(node);
    const object = this.code(node.object);
    const codes = node.positional.map((each) => this.code(each));
    return (run) => {
      const self = object(run);
      if (self instanceof Missing) return self;
      const values: Value[] = [];
      for (const code of codes) {
        const value = code(run);
        if (value instanceof Missing) return value;
        values.push(value);
      }
      run.at = node;
      return admitted(callMethod(self, node.name, values, run.meter), run);
    };
  }

  #call(node: syntax.Call): Code {
    this.#countCall(node);
    this.calls.add(node.name);
    const fn = this.#options.functions.get(node.name);
    if (!fn) return this.#broken(node, fault('FUNCTION', unknownFunction(node.name, this.#options.functions)));
    this.#checkReach(fn, node);
    try {
      const bindings = Array.from(
        bindArguments(fn, node),
        ([name, nodes]) => [name, this.#argument(fn, nodes)] as const,
      );
      return callCode(fn, bindings, node, this.#options.recent);
    } catch (error) {
      if (faultCode(error) !== 'FUNCTION') throw error;
      return this.#broken(node, error);
    }
  }

  #argument(fn: ExpressionFunction, nodes: readonly syntax.Node[]): Code {
    const [first] = nodes;
    if (first && !fn.variadic) return this.code(first);
    return this.#sequence({ type: 'list', items: nodes, start: 0, end: 0, height: 0 });
  }

  #checkReach({ name, reach }: ExpressionFunction, node: syntax.Call): void {
    if (this.#options.allowed && !this.#options.allowed.has(reach)) {
      throw fault('FORBIDDEN', `${name}() may not be used here: it is a ${reach} function`, node);
    }
    if (reach === 'host' || reach === 'net') this.remoteCalls++;
    if (this.remoteCalls > MAX_REMOTE_CALLS) throw fault('LIMIT', 'too many calls', node);
  }

  #countCall(node: Span): void {
    if (++this.#allCalls > MAX_CALLS) throw fault('LIMIT', 'too many calls', node);
  }

  /** A part that can never work: told when the expression is loaded, an error only if it is reached. */
  #broken({ start, end }: Span, error: unknown): Code {
    const [code, message] = [faultCode(error), messageOf(error)];
    this.warnings.push({ code, message, offset: start, length: end - start });
    return () => {
      throw fault(code, message, { start, end });
    };
  }
}

/** The number that is written there; a sign before it makes it a calculation. */
const numberOf = (node: syntax.Node): number | undefined =>
  node.type === 'constant' && typeof node.value === 'number' ? node.value : undefined;

function nameSuggestion(
  name: string,
  fields: ReadonlySet<string> | undefined,
  functions: ReadonlyMap<string, unknown>,
): string {
  if (functions.has(name)) return `, did you mean "${name}(...)"?`;
  const close = suggestion(name, ['True', 'False', 'None', ...(fields ?? []), ...functions.keys()]);
  return close === '' ? `, a text needs quotes: '${name}'` : close;
}
