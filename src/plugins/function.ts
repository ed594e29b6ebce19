import { z } from 'zod';
import type { Random } from '../base/random.ts';
import type { ExpressionFunction, FunctionClass, Parameter, Scope } from '../expressions/contract.ts';
import type { Result } from '../expressions/values.ts';
import type { Member } from '../model/member.ts';
import type { Host } from '../net/host.ts';
import { definer, type Plugin } from './plugin.ts';

/** What node functions know of this node, as it is now. */
export interface NodeFacts {
  readonly zone: string;
  /** All groups, written and detected. */
  readonly groups: ReadonlySet<string>;
  /** Groups written in the configuration. */
  readonly staticGroups: ReadonlySet<string>;
  readonly detectedGroups: ReadonlySet<string>;
  /** Names of the hosting drivers that recognised this machine. */
  readonly hostingDrivers: ReadonlySet<string>;
  /** Every known member by id, this node included. */
  readonly members: ReadonlyMap<string, Member>;
  /** States of the compliance rules of this node by name, such as `COMPLIANT`. */
  readonly ruleStates: ReadonlyMap<string, string>;
  /** Whether an event of this type is among those that are kept. */
  hasEvent(type: string): boolean;
}

/** Whether texts may carry terminal colours. */
export type TextStyle = 'plain' | 'colored';

/** What a function of expressions may use beside its arguments. */
export interface FunctionScope extends Scope {
  readonly node: NodeFacts;
  readonly host: Host;
  readonly random: Random;
  readonly style: TextStyle;
}

type Call = (scope: FunctionScope) => Result | Promise<Result>;

/** The families under which functions are listed. */
export type FunctionGroup =
  | 'basic'
  | 'display'
  | 'filesystem'
  | 'gossip'
  | 'hash'
  | 'hosting'
  | 'network'
  | 'package'
  | 'random'
  | 'string'
  | 'system'
  | 'time';

interface FunctionTraits {
  readonly group: FunctionGroup;
  readonly reach: FunctionClass;
  readonly variadic?: true;
  readonly whenMissing?: 'call' | 'empty-text';
}

/** A function of expressions: its options are the arguments of a call, in order. */
export type FunctionPlugin = Plugin<'function', Call> & FunctionTraits & ExpressionFunction<FunctionScope>;

interface FunctionSpec<Shape extends z.ZodRawShape> extends FunctionTraits {
  readonly name: string;
  readonly description: string;
  readonly options: z.ZodObject<Shape>;
  configure(given: z.output<z.ZodObject<Shape>>): Call;
}

const define = definer<'function', Call, FunctionTraits & { readonly parameters: readonly Parameter[] }>('function');

/** Declares a function of expressions. `configure` gets the checked arguments of one call and answers with what the call does. */
export function defineFunction<Shape extends z.ZodRawShape>(spec: FunctionSpec<Shape>): FunctionPlugin {
  return define({
    ...spec,
    parameters: Object.entries(spec.options.shape).map(([name, schema]) => toParameter(name, schema)),
  });
}

function toParameter(name: string, schema: z.core.$ZodType): Parameter {
  const absent = z.safeParse(schema, undefined);
  return { name, isRequired: !absent.success, preset: absent.data };
}

/** The functions of a registry by name, as the engine wants them. */
export function functionTable(plugins: Iterable<FunctionPlugin>): ReadonlyMap<string, FunctionPlugin> {
  return new Map(Array.from(plugins, (plugin) => [plugin.name, plugin]));
}
