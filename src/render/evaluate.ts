// From targets to series: reads the targets, fetches what they need at once, and calls the functions from the inside out.
import { OpsbroError } from '../base/errors.ts';
import { patterns } from '../base/regex.ts';
import { bound } from './arguments.ts';
import type { RenderFunction, RenderRange, Surroundings } from './function.ts';
import { flat, isList, type Value } from './params.ts';
import { type Call, type Expression, type NodeCount, parseTarget } from './parse.ts';
import { fetched, type RenderSeries } from './series.ts';
import type { Selection, SeriesSource } from './source.ts';
import { FUNCTIONS } from './table.ts';

/** What is to be shown. */
export interface RenderRequest {
  readonly targets: readonly string[];
  readonly range: RenderRange;
  /** Epoch seconds. */
  readonly now: number;
  readonly timeZone: string;
  readonly xFilesFactor: number;
  /** What stands for `$name` in templates. */
  readonly variables: ReadonlyMap<string, string>;
}

const MOST_POINTS = 10_000_000;
/** What an evaluation costs beside its points, so that nothing can be evaluated without end. */
const EVALUATION = 500;
const MOST_DEPTH = 64;

/** The series of all targets, in their order. Throws `bad_request` for what cannot be shown. */
export async function render(
  request: RenderRequest,
  { source, random }: { readonly source: SeriesSource; random(): number },
): Promise<readonly RenderSeries[]> {
  const evaluation = new Evaluation(request, source, random);
  const count: NodeCount = { nodes: 0 };
  const targets = request.targets.map((target) => parseTarget(target, count));
  const scope: Scope = { range: request.range, variables: new Map(), depth: 0 };
  await evaluation.prefetch(targets, scope);
  const shown: RenderSeries[] = [];
  for (const target of targets) shown.push(...listOf(await evaluation.value(target, scope)));
  return shown;
}

type Variables = ReadonlyMap<string, string | number>;

/** In what an expression is evaluated. */
interface Scope {
  readonly range: RenderRange;
  readonly variables: Variables;
  readonly depth: number;
}

function listOf(value: Value): readonly RenderSeries[] {
  if (isList(value)) return flat(value);
  throw bad('a target must be a path or a function of series');
}

class Evaluation {
  readonly #request: RenderRequest;
  readonly #source: SeriesSource;
  readonly #random: () => number;
  readonly #fetched = new Map<string, Promise<readonly RenderSeries[]>>();
  /** What calls with the same arguments gave before: functions that look at earlier times ask for the same again and again. */
  readonly #known = new Map<Expression, Map<string, Promise<Value>>>();
  readonly #stacks = new Map<string, number[]>();
  #xFilesFactor: number;
  #left = MOST_POINTS;

  constructor(request: RenderRequest, source: SeriesSource, random: () => number) {
    this.#request = request;
    this.#source = source;
    this.#random = random;
    this.#xFilesFactor = request.xFilesFactor;
  }

  /** Fetches what expressions need for the time of a scope with one question. */
  async prefetch(expressions: readonly Expression[], scope: Scope): Promise<void> {
    const wanted = new Map<string, Selection>();
    for (const expression of expressions) collect(expression, scope.variables, wanted);
    const missing = [...wanted].filter(([text]) => !this.#fetched.has(keyOf(text, scope.range)));
    if (missing.length === 0) return;
    const selections = missing.map(([, selection]) => selection);
    const all = this.#source.fetch(selections, scope.range);
    missing.forEach(([text], at) => {
      const series = all.then((found) => this.#begun(text, found[at] ?? []));
      // Whoever waits for it hears of a failure; the others need not.
      series.catch(() => {});
      this.#fetched.set(keyOf(text, scope.range), series);
    });
    await all;
  }

  /** What an expression is worth. */
  value(expression: Expression, scope: Scope): Promise<Value> {
    if (expression.kind === 'literal') return Promise.resolve(expression.value);
    if (scope.variables.size > 0) return this.#evaluated(expression, scope);
    const { from, until } = scope.range;
    const key = `${from} ${until}`;
    const byRange = this.#known.get(expression) ?? new Map<string, Promise<Value>>();
    this.#known.set(expression, byRange);
    const known = byRange.get(key) ?? this.#evaluated(expression, scope);
    byRange.set(key, known);
    return known;
  }

  async #evaluated(expression: Expression, scope: Scope): Promise<Value> {
    this.#spend(EVALUATION);
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'path':
        return await this.#path(expression.path, scope);
      case 'template':
        return await this.value(expression.body, { ...scope, variables: this.#templateVariables(expression.values) });
      case 'call':
        return await this.#call(expression, scope);
    }
  }

  async #path(written: string, scope: Scope): Promise<Value> {
    const replaced = withVariables(written, scope.variables);
    if (typeof replaced === 'number') return replaced;
    return await this.#series({ kind: 'path', pattern: replaced }, replaced, scope);
  }

  async #series(selection: Selection, text: string, { range }: Scope): Promise<readonly RenderSeries[]> {
    const key = keyOf(text, range);
    const known =
      this.#fetched.get(key) ??
      this.#source.fetch([selection], range).then(([found]) => this.#begun(text, found ?? []));
    this.#fetched.set(key, known);
    return await known;
  }

  #begun(pathExpression: string, found: Awaited<ReturnType<SeriesSource['fetch']>>[number]): readonly RenderSeries[] {
    const series = found.map((each) => fetched(each, { pathExpression, xFilesFactor: this.#xFilesFactor }));
    this.#spend(pointsIn(series));
    return series;
  }

  async #call(call: Call, scope: Scope): Promise<Value> {
    const { name } = call;
    if (scope.depth > MOST_DEPTH) throw bad(`targets are nested deeper than ${MOST_DEPTH}`);
    const inner = { ...scope, depth: scope.depth + 1 };
    if (name === 'seriesByTag') return await this.#series(tagSelection(call), call.text, scope);
    const found = functionOf(name);
    const args: Value[] = [];
    for (const arg of call.args) args.push(await this.value(arg, inner));
    const named = new Map<string, Value>();
    for (const [key, arg] of call.named) named.set(key, await this.value(arg, inner));
    return await this.#run(found, { name, args, named }, { scope: inner, argument: call.args[0] });
  }

  async #run(
    found: RenderFunction,
    {
      name,
      args,
      named,
    }: { readonly name: string; readonly args: readonly Value[]; readonly named: ReadonlyMap<string, Value> },
    place: { readonly scope: Scope; readonly argument: Expression | undefined },
  ): Promise<Value> {
    const result = await found.run(bound(name, found, { args, named }), this.#surroundings(name, place));
    if (isList(result)) this.#spend(pointsIn(flat(result)));
    return result;
  }

  #surroundings(
    name: string,
    { scope, argument }: { readonly scope: Scope; readonly argument: Expression | undefined },
  ): Surroundings {
    const { now, timeZone } = this.#request;
    const evaluate = async (expression: Expression, inner: Scope) => {
      await this.prefetch([expression], inner);
      return listOf(await this.value(expression, inner));
    };
    return {
      ...{ range: scope.range, now, timeZone, stacks: this.#stacks, patterns },
      xFilesFactor: this.#xFilesFactor,
      setXFilesFactor: (factor) => {
        this.#xFilesFactor = factor;
      },
      again: async (range) => {
        if (argument === undefined) throw bad(`${name} cannot be used here`);
        return await evaluate(argument, { ...scope, range });
      },
      evaluate: (target, range = scope.range) =>
        evaluate(parseTarget(target), { range, variables: new Map(), depth: scope.depth + 1 }),
      call: (other, args) => {
        const found = FUNCTIONS.get(other);
        if (!found) return undefined;
        return this.#run(found, { name: other, args, named: new Map() }, { scope, argument: undefined }).then(listOf);
      },
      annotations: (query) => this.#source.annotations(query),
      spend: (points) => this.#spend(points),
      random: this.#random,
    };
  }

  #templateVariables(values: Variables): Variables {
    return new Map([...values, ...this.#request.variables]);
  }

  #spend(points: number): void {
    this.#left -= points;
    if (this.#left < 0)
      throw bad(`too much data: a request may take ${MOST_POINTS} points; ask for less time or fewer series`);
  }
}

const keyOf = (text: string, { from, until }: RenderRange): string => `${from} ${until} ${text}`;

const pointsIn = (all: readonly RenderSeries[]): number => all.reduce((sum, { values }) => sum + values.length, 0);

function functionOf(name: string): RenderFunction {
  const found = FUNCTIONS.get(name);
  if (found) return found;
  throw bad(`unknown function: ${name}`);
}

function tagSelection({ args }: Call): Selection {
  const expressions = args.map((arg) => {
    if (arg.kind === 'literal' && typeof arg.value === 'string') return arg.value;
    throw bad('seriesByTag: expected texts such as "env=prod"');
  });
  return { kind: 'tags', expressions };
}

/** The paths of an expression by their text. What stands in templates is fetched when it is evaluated. */
function collect(expression: Expression, variables: Variables, into: Map<string, Selection>): void {
  if (expression.kind === 'path') {
    const replaced = withVariables(expression.path, variables);
    if (typeof replaced === 'string') into.set(replaced, { kind: 'path', pattern: replaced });
  }
  if (expression.kind !== 'call') return;
  if (expression.name === 'seriesByTag') into.set(expression.text, tagSelection(expression));
  else for (const arg of expression.args) collect(arg, variables, into);
}

function withVariables(path: string, variables: Variables): string | number {
  if (variables.size === 0) return path;
  const whole = path.startsWith('$') ? variables.get(path.slice(1)) : undefined;
  if (typeof whole === 'number') return whole;
  if (typeof whole === 'string' && /^-?[\d.]+$/.test(whole)) return Number(whole);
  // Long names first, as one may begin another.
  const names = [...variables.keys()].sort((a, b) => b.length - a.length);
  return names.reduce((text, name) => text.replaceAll(`$${name}`, String(variables.get(name))), path);
}

const bad = (text: string): OpsbroError => new OpsbroError('bad_request', text);
