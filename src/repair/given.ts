/** What an action is given: whether that is what it takes, and what may be shown of it. Pure. */
import type { ActionDoc } from '../model/health.ts';
import type { Yaml } from '../model/pack.ts';
import type { ParameterRule, RepairRules } from './rules.ts';

/** Arguments as somebody gave them. */
export interface Given {
  readonly args: readonly Yaml[];
  readonly kwargs: ReadonlyMap<string, Yaml>;
}

/** Arguments that fit an action. */
export interface Bound extends Given {
  /** By parameter, defaults filled in. */
  readonly values: ReadonlyMap<string, Yaml>;
}

/** The longest text that a pattern is tried on. */
const LONGEST = 4_096;

/** The arguments as the action takes them, or what is wrong with them. */
export function bind(action: ActionDoc, rules: RepairRules, { args, kwargs }: Given): Bound | string {
  const names = action.parameters.map(({ name }) => name);
  const misfit = misfitOf(action, names, { args, kwargs });
  if (misfit !== undefined) return misfit;
  const given = new Map<string, Yaml>();
  for (const [index, { name, isRequired }] of action.parameters.entries()) {
    const value = index < args.length ? args[index] : kwargs.get(name);
    if (value === undefined && isRequired) return `the argument "${name}" is missing`;
    const read = value === undefined ? undefined : readAs(rules.params.get(name), value);
    if (typeof read === 'string') return `the argument "${name}" ${read}`;
    if (read) given.set(name, read.value);
  }
  return {
    args: args.map((value, index) => given.get(names[index] ?? '') ?? value),
    kwargs: new Map([...kwargs].map(([name, value]) => [name, given.get(name) ?? value])),
    values: new Map([...action.parameters.map((each) => [each.name, each.defaultValue] as const), ...given]),
  };
}

function misfitOf(action: ActionDoc, names: readonly string[], { args, kwargs }: Given): string | undefined {
  if (args.length > names.length && !action.takesRest) return `takes ${names.length} arguments, not ${args.length}`;
  const unknown = [...kwargs.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined && !action.takesAnyName) return `takes no argument named "${unknown}"`;
  const twice = names.slice(0, args.length).find((name) => kwargs.has(name));
  return twice === undefined ? undefined : `the argument "${twice}" is given twice`;
}

function readAs(rule: ParameterRule | undefined, value: Yaml): { readonly value: Yaml } | string {
  if (!rule) return { value };
  const { type, choices, pattern } = rule;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (pattern !== undefined && !(text.length <= LONGEST && new RegExp(`^(?:${pattern})$`).test(text))) {
    return `does not match ${pattern}`;
  }
  switch (type) {
    case 'text':
      return { value };
    case 'int':
      return /^[+-]?\d{1,15}$/.test(text) ? { value: Number(text) } : 'is no whole number';
    case 'bool':
      return /^(?:true|false)$/i.test(text) ? { value: text.toLowerCase() === 'true' } : 'is neither true nor false';
    case 'choice':
      return choices.includes(text) ? { value: text } : `is none of ${choices.join(', ')}`;
  }
}

/** What may be shown of arguments: secret ones are `***`. */
export function shownArguments(action: ActionDoc, rules: RepairRules, { args, kwargs }: Given): ShownGiven {
  const isSecret = (name: string | undefined) => name !== undefined && rules.params.get(name)?.secret === true;
  return {
    args: args.map((value, index) => (isSecret(action.parameters[index]?.name) ? '***' : value)),
    kwargs: Object.fromEntries([...kwargs].map(([name, value]) => [name, isSecret(name) ? '***' : value])),
  };
}

/** What may be shown of the defaults of an action: secret ones that are not empty are `***`. */
export function shownDefaults(rules: RepairRules, defaults: Readonly<Record<string, Yaml>>): Record<string, Yaml> {
  const isHidden = (name: string, value: Yaml) =>
    rules.params.get(name)?.secret === true && value !== null && value !== '';
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, isHidden(name, value) ? '***' : value]),
  );
}

/** Arguments as everybody may see them. */
export interface ShownGiven {
  readonly args: readonly Yaml[];
  readonly kwargs: Readonly<Record<string, Yaml>>;
}

/** The secret values among the arguments, as they may turn up in what a command prints. */
export function secretsIn(rules: RepairRules, values: ReadonlyMap<string, Yaml>): string[] {
  return [...values]
    .filter(([name, value]) => rules.params.get(name)?.secret === true && value !== null && value !== '')
    .map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

/** A command with its arguments filled in: each word stays one word, whatever is put into it. */
export function filledCommand(command: readonly string[], values: ReadonlyMap<string, Yaml>): string[] {
  const text = (value: Yaml | undefined) =>
    value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return command.map((word) => word.replace(/\{\{\s*arg\.(\w+)\s*\}\}/g, (_, name: string) => text(values.get(name))));
}
