import type { ActionDoc } from '../../model/health.ts';
import type { Yaml, YamlMap } from '../../model/pack.ts';
import { signatureOf } from '../function-parameters.ts';
import { writtenParameter } from '../written-parameter.ts';

/** A function that repairs, with what its author wrote on it. */
export type Callable = (...given: unknown[]) => unknown;

/** An action that a check offers. */
export interface Offered {
  readonly name: string;
  readonly run: Callable;
  /** What is written of it beside the function. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** Not options of the repair, but what tells of it. */
const TELLING = new Set(['run', 'description', 'params', 'name', 'length', 'prototype']);

/** An action as Diagnose() names it: a function, the name of a declared one, or its declaration. */
export function offeredOf(written: unknown, declared: ReadonlyMap<string, Offered>): Offered {
  if (typeof written === 'string') {
    const known = declared.get(written);
    if (known) return known;
    throw new Error(`Diagnose() offers "${written}", and no action of that name is declared`);
  }
  if (typeof written === 'function') {
    const run = written as Callable;
    return { name: run.name, run, written: Object.fromEntries(Object.entries(run)) };
  }
  const { run, ...rest } = (written ?? {}) as Record<string, unknown>;
  if (typeof run === 'function') return { name: String(rest['name'] ?? run.name), run: run as Callable, written: rest };
  if (Array.isArray(rest['command'])) return { name: String(rest['name'] ?? ''), run: notHere, written: rest };
  throw new Error('Diagnose() offers an action that is neither a function nor has run or command');
}

/** Commands are run by the agent itself. */
const notHere: Callable = Object.assign(() => {
  throw new Error('a command is run by the agent');
}, {});

/** What an action tells of itself. */
export function docOf({ name, run, written }: Offered): ActionDoc {
  if (name === '') throw new Error('Diagnose() offers a function without a name; write function NAME() { ... }');
  const { description, params } = written;
  const { parameters, takesRest } = signatureOf(run.toString());
  const options = Object.entries(written).filter(([key, value]) => !TELLING.has(key) && isPlain(value));
  return {
    name,
    info: typeof description === 'string' ? description : null,
    parameters: isMap(params) ? Object.entries(params).map(([key, value]) => writtenParameter(key, value)) : parameters,
    takesRest: !isMap(params) && takesRest,
    takesAnyName: false,
    options: Object.fromEntries([...options, ...(isMap(params) ? [['params', params] as const] : [])]) as YamlMap,
  };
}

const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlain = (value: unknown): value is Yaml =>
  typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint' && value !== undefined;
