import { Command as Commander, CommanderError, Option } from 'commander';
import type { Listing } from './catalog.ts';
import type { Command, OptionSpecs, Options } from './command.ts';
import { UsageError } from './failure.ts';
import { GLOBAL_OPTIONS, SHORT, takesValue } from './global-options.ts';

/** What a command line says to its command. */
export interface Parsed {
  readonly args: readonly string[];
  readonly options: Options<OptionSpecs>;
  /** The options of every command, by name. */
  readonly globals: ReadonlyMap<string, unknown>;
}

/** What is known of the command whose line is read. */
export interface Subject {
  readonly path: string;
  readonly listing: Listing;
  readonly command: Command;
}

/** Reads arguments and options. Gives the help instead when it is asked for. Throws a `UsageError` at what cannot be understood. */
export function parseLine(subject: Subject, rest: readonly string[]): Parsed | { readonly help: string } {
  if (subject.command.dashes !== 'own') return readLine(subject, rest);
  const from = firstWord(rest);
  // It knows best what it can be asked.
  const [asked] = rest.slice(0, from).filter(isHelp);
  const before = readLine(
    subject,
    rest.slice(0, from).filter((word) => !isHelp(word)),
  );
  if ('help' in before) return before;
  return { ...before, args: [...(asked ? [asked] : []), ...before.args, ...rest.slice(from)] };
}

const isHelp = (word: string): boolean => word === '-h' || word === '--help';

/** Where the first word is that is no option of every command, nor the value of one. */
function firstWord(rest: readonly string[]): number {
  let place = 0;
  while (rest[place]?.startsWith('-') && rest[place] !== '--') place += takesValue(rest[place] ?? '') ? 2 : 1;
  return rest[place] === '--' ? rest.length : place;
}

function readLine(subject: Subject, rest: readonly string[]): Parsed | { readonly help: string } {
  const commander = commanderOf(subject);
  const own = subject.command.options ?? {};
  try {
    commander.parse(subject.command.dashes === 'arguments' ? withDashes(rest, commander) : [...rest], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help: commander.helpInformation() + after(subject) };
    throw new UsageError(
      `${error.message.replace(/^error: /, '').replace(/\n\((.*)\)$/, '; $1')} (see opsbro ${subject.path} --help)`,
    );
  }
  const values = new Map(
    commander.options.map((option) => [option.long ?? '', commander.getOptionValue(option.attributeName())]),
  );
  return { args: commander.args, options: optionsOf(own, values), globals: globalsIn(values) };
}

function commanderOf({ path, listing, command }: Subject): Commander {
  const commander = new Commander(`opsbro ${path}`)
    .description(listing.summary)
    .exitOverride()
    .configureOutput({ writeOut() {}, writeErr() {} });
  if (command.arguments !== undefined) commander.arguments(command.arguments);
  addOptions(commander, command.options ?? {}, 'shown');
  const own = new Set(Object.keys(command.options ?? {}));
  const shared = Object.entries(GLOBAL_OPTIONS).filter(([name]) => !own.has(name));
  addOptions(commander, Object.fromEntries(shared), 'hidden');
  return commander.helpOption('-h, --help', 'show this');
}

function addOptions(commander: Commander, specs: OptionSpecs, place: 'shown' | 'hidden'): void {
  for (const [name, spec] of Object.entries(specs)) {
    const option = optionOf(name, spec);
    commander.addOption(place === 'hidden' ? option.hideHelp() : option);
    const hasOpposite = spec.kind === 'flag' && !name.startsWith('no-');
    if (hasOpposite) commander.addOption(new Option(`--no-${name}`).hideHelp());
  }
}

function optionOf(name: string, { kind, placeholder = 'VALUE', description }: OptionSpecs[string]): Option {
  const short = SHORT.has(name) ? `-${SHORT.get(name)}, ` : '';
  const value = kind === 'flag' ? '' : ` <${placeholder}>`;
  const option = new Option(`${short}--${name}${value}`, description);
  if (kind !== 'values') return option;
  return option.argParser((given: string, before: readonly string[] = []) => [...before, given]);
}

/** Puts everything that is no known option behind `--`, so that it may begin with a dash. */
function withDashes(rest: readonly string[], commander: Commander): string[] {
  const options: string[] = [];
  const words: string[] = [];
  for (let place = 0; place < rest.length; place++) {
    const token = rest[place] ?? '';
    if (token === '--') return [...options, '--', ...words, ...rest.slice(place + 1)];
    const known = commander.options.find(({ long, short }) => token === short || token.split('=', 1)[0] === long);
    if (known === undefined && token !== '-h' && token !== '--help') words.push(token);
    else {
      options.push(token);
      if (known?.required && !token.includes('=')) options.push(rest[++place] ?? '');
    }
  }
  return [...options, '--', ...words];
}

function optionsOf(specs: OptionSpecs, values: ReadonlyMap<string, unknown>): Options<OptionSpecs> {
  const entries = Object.entries(specs).map(([name, { kind }]) => {
    const value = values.get(`--${name}`);
    if (kind === 'flag') return [name, isSet(name, value)];
    return [name, kind === 'values' ? (value ?? []) : value];
  });
  return Object.fromEntries(entries);
}

function globalsIn(values: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map(
    Object.keys(GLOBAL_OPTIONS).map((name) => {
      const value = values.get(`--${name}`);
      return [name, name.startsWith('no-') ? isSet(name, value) : value];
    }),
  );
}

/** `--no-wait` is kept by commander as `wait: false`. */
const isSet = (name: string, value: unknown): boolean => (name.startsWith('no-') ? value === false : value === true);

function after({ command }: Subject): string {
  const examples = command.examples.map((line) => `  opsbro ${line}`).join('\n');
  const without = command.local === undefined ? '' : 'Without an agent it looks at this machine itself.\n';
  return `\nExamples:\n${examples}\n\nRoute: ${command.route}\n${without}Options of every command: opsbro --help\n`;
}
