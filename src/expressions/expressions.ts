import type { Clock } from '../base/clock.ts';
import { compile, compileText } from './compile.ts';
import type { Compiled, CompileOptions, FunctionTable, Scope } from './contract.ts';
import { RecentCalls } from './recent-calls.ts';

const MAX_KEPT = 5_000;

/** The expressions of an agent: each text is parsed once, the least recently used are forgotten. */
export class Expressions<S extends Scope = Scope> {
  readonly #options: CompileOptions<S>;
  readonly #kept = new Map<string, Compiled<S>>();
  #parsed = 0;

  constructor(options: { readonly functions: FunctionTable<S>; readonly clock: Clock }) {
    this.#options = { functions: options.functions, recent: new RecentCalls(options.clock) };
  }

  /** How many texts had to be parsed so far. */
  get parsed(): number {
    return this.#parsed;
  }

  /** The expression a text stands for. Throws `expression` as `compile` does. */
  expression(text: string): Compiled<S> {
    return this.#remember(`=${text}`, () => compile(text, this.#options));
  }

  /** The plain text with `{{holes}}` a text stands for. Throws `expression` as `compileText` does. */
  text(text: string): Compiled<S> {
    return this.#remember(`"${text}`, () => compileText(text, this.#options));
  }

  #remember(key: string, make: () => Compiled<S>): Compiled<S> {
    const known = this.#kept.get(key);
    const compiled = known ?? make();
    if (!known) this.#parsed++;
    // A map keeps the order of insertion: what is used goes to its end.
    this.#kept.delete(key);
    this.#kept.set(key, compiled);
    if (this.#kept.size > MAX_KEPT) this.#forgetOldest();
    return compiled;
  }

  #forgetOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
