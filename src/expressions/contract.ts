import type { Clock } from '../base/clock.ts';
import type { Evaluated, ExpressionFault, Purpose } from '../model/expression.ts';
import type { Path } from './paths.ts';
import type { RecentCalls } from './recent-calls.ts';
import type { Result } from './values.ts';

/** Where a placeholder looks. */
export const DATA_KINDS = ['collector', 'parameters', 'variables', 'configuration'] as const;

export type DataKind = (typeof DATA_KINDS)[number];

/** What a placeholder found: plain data (as JSON holds it, or a value of the language), or why there is none. */
export type Reading =
  | { readonly found: true; readonly value: unknown }
  | { readonly found: false; readonly reason: string };

/** What an expression may see while it is evaluated. Functions may ask for more (see `ExpressionFunction`). */
export interface Scope {
  /** `path` is what stands after `collector.`, `parameters.` and so on. */
  read(kind: DataKind, path: Path): Reading;
  /** Where bare names are looked up. */
  readonly record?: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  /** Aborts what host and net functions are at. */
  readonly signal: AbortSignal;
}

/**
 * How far a function reaches: `pure` sees its arguments only, `node` what the agent knows, `host` files and users of this machine, `net`
 * the network. Only the last two may answer with a promise.
 */
export type FunctionClass = 'pure' | 'node' | 'host' | 'net';

/** An argument of a function. */
export interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  /** Used when the argument is not given; shown to people. */
  readonly preset: unknown;
}

/** A function that expressions may call, over scopes of type `S`. */
export interface ExpressionFunction<S extends Scope = Scope> {
  readonly name: string;
  readonly reach: FunctionClass;
  readonly parameters: readonly Parameter[];
  /** The one parameter takes all positional arguments as a list. */
  readonly variadic?: boolean;
  /** What happens when an argument is missing: it is called all the same, or in a text it gives nothing. Else its result is missing. */
  readonly whenMissing?: 'call' | 'empty-text';
  /** Checks the arguments (by name) and gives the call itself. Throws when they are wrong. */
  configure(given: unknown): (scope: S) => Result | Promise<Result>;
}

/** The functions by name. */
export type FunctionTable<S extends Scope = Scope> = ReadonlyMap<string, ExpressionFunction<S>>;

/** What may stand in an expression. */
export interface CompileOptions<S extends Scope = Scope> {
  readonly functions: FunctionTable<S>;
  /** Names that may stand bare; everywhere else a bare name is an error. */
  readonly fields?: ReadonlySet<string>;
  /** Classes of functions that may be called; all when left out. */
  readonly allowed?: ReadonlySet<FunctionClass>;
  /** Shared by expressions that need not ask host and net the same twice within a second. */
  readonly recent?: RecentCalls;
}

/** Something in an expression that fails if that part of it is ever evaluated. */
export interface Warning {
  readonly code: ExpressionFault;
  readonly message: string;
  /** Characters from the start of the expression. */
  readonly offset: number;
  readonly length: number;
}

/** A placeholder of an expression. */
export interface Reference {
  readonly kind: DataKind;
  readonly path: Path;
  /** There is a default or another path that may stand for it, so that it alone is not needed. */
  readonly hasDefault: boolean;
}

/** An expression, ready to be evaluated any number of times. */
export interface Compiled<S extends Scope = Scope> {
  readonly text: string;
  /** The placeholders in it, in order. */
  readonly references: readonly Reference[];
  /** Names of the collectors it reads. */
  readonly collectors: ReadonlySet<string>;
  /** Names of the functions it calls. */
  readonly calls: ReadonlySet<string>;
  readonly warnings: readonly Warning[];
  /** It calls host or net functions: `evaluate` gives a promise, which is never rejected. */
  readonly isAsync: boolean;
  evaluate(scope: S, purpose: Purpose): Evaluated | Promise<Evaluated>;
}
