import type { LocalDepth } from '../agent/local.ts';
import type { AgentClient } from './client.ts';
import type { Terminal } from './terminal.ts';
import type { World } from './world.ts';

/** An option of a command: `flag` is on or off, `value` takes one word, `values` may be given more than once. */
type OptionSpec = {
  readonly kind: 'flag' | 'value' | 'values';
  /** What stands for the value in the help, such as `DIR`. */
  readonly placeholder?: string;
  readonly description: string;
};

/** The options of a command, by their long names without dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given for each option. */
export type Options<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name]['kind'] extends 'flag'
    ? boolean
    : Specs[Name]['kind'] extends 'values'
      ? readonly string[]
      : string | undefined;
};

/** What every command may be told beside its own options. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly home: string | undefined;
  readonly config: string | undefined;
  readonly socket: string | undefined;
  readonly http: string | undefined;
  readonly ca: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** Milliseconds a request may take. */
  readonly timeoutMs: number | undefined;
  readonly wait: boolean;
  /** Look at this machine, whether an agent runs or not. */
  readonly local: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** What a command works with. */
export interface Context {
  readonly world: World;
  readonly terminal: Terminal;
  readonly globals: GlobalOptions;
  /** The running agent; finding it is left until the first request. */
  readonly agent: AgentClient;
}

/** What a command line asked of a command. */
export interface Invocation<Specs extends OptionSpecs> {
  readonly args: readonly string[];
  readonly options: Options<Specs>;
}

/** The code a command ends with; nothing stands for 0. */
// biome-ignore lint/suspicious/noConfusingVoidType: most commands end without a word
type Exit = number | void;

interface Spec<Specs extends OptionSpecs> {
  /** The arguments as the help shows them: `<KEY> [VALUE]`, `<ADDR...>`. */
  readonly arguments?: string;
  readonly options?: Specs;
  /** Two command lines, without `opsbro`. */
  readonly examples: readonly [string, string];
  /** The route of the agent that it uses; `none` when it needs no agent. */
  readonly route: string;
  /**
   * It works without an agent as well, and then looks so closely at this machine in its stead; `itself`: it does so in a way of its own.
   * Left out, it needs an agent, or its route is `none`.
   */
  readonly local?: LocalDepth | 'itself';
  /** Arguments may begin with a dash, as those of `evaluator eval` do; `own`: the command reads all words behind its own by itself. */
  readonly dashes?: 'options' | 'arguments' | 'own';
  /** Does it, and gives the exit code. */
  run(invocation: Invocation<Specs>, context: Context): Promise<Exit>;
}

/** A command of the command line, whatever its options. */
export interface Command extends Omit<Spec<OptionSpecs>, 'run'> {
  run(invocation: Invocation<OptionSpecs>, context: Context): Promise<Exit>;
}

/** Makes a command; ties the types of what it takes to what its `run` gets. */
export function defineCommand<const Specs extends OptionSpecs>(spec: Spec<Specs>): Command {
  return { ...spec, run: (invocation, context) => spec.run(invocation as Invocation<Specs>, context) };
}
