import type { Patterns } from '../base/regex.ts';
import type { Annotation, AnnotationQuery } from '../model/annotation.ts';
import type { ArgsOf, Params, Value } from './params.ts';
import type { RenderSeries } from './series.ts';

/** The times that a target is evaluated for, epoch seconds: behind `from`, up to `until`. */
export interface RenderRange {
  readonly from: number;
  readonly until: number;
}

/** What a function may ask for beside its arguments. */
export interface Surroundings {
  readonly range: RenderRange;
  /** Epoch seconds. */
  readonly now: number;
  readonly timeZone: string;
  /** What several values must have to become one, where a series does not say. */
  readonly xFilesFactor: number;
  /** From now on, for all that follows. */
  setXFilesFactor(factor: number): void;
  /** The first argument once more, for other times. */
  again(range: RenderRange): Promise<readonly RenderSeries[]>;
  /** Another target. Throws as any target does. */
  evaluate(target: string, range?: RenderRange): Promise<readonly RenderSeries[]>;
  /** Another function of series by its name; `undefined` when there is none of that name. */
  call(name: string, args: readonly Value[]): Promise<readonly RenderSeries[]> | undefined;
  annotations(query: AnnotationQuery): Promise<readonly Annotation[]>;
  /** Totals of stacks by name, kept through a request. */
  readonly stacks: Map<string, number[]>;
  /** Takes so many points off what a request may make. Throws `bad_request` when nothing is left. */
  spend(points: number): void;
  random(): number;
  /** Regular expressions that take no longer than the length of what they look at. */
  readonly patterns: Patterns;
}

/** Where `/functions` lists it. */
export type FunctionGroup =
  | 'Combine'
  | 'Transform'
  | 'Calculate'
  | 'Filter Series'
  | 'Filter Data'
  | 'Sorting'
  | 'Alias'
  | 'Graph'
  | 'Special';

type Result = Value | Promise<Value>;

/** A function of the target language. */
export interface RenderFunction {
  readonly group: FunctionGroup;
  /** One sentence. */
  readonly description: string;
  readonly params: Params;
  run(args: Readonly<Record<string, unknown>>, call: Surroundings): Result;
}

/** Functions by their names. */
export type FunctionTable = Readonly<Record<string, RenderFunction>>;

/** Declares a function; this only ties the types of parameters and arguments together. */
export function define<P extends Params>(
  group: FunctionGroup,
  description: string,
  { params, run }: { readonly params: P; run(args: ArgsOf<P>, call: Surroundings): Result },
): RenderFunction {
  return { group, description, params, run: (args, call) => run(args as ArgsOf<P>, call) };
}
