import { seeded } from '../../src/base/random.ts';
import { compile, compileText } from '../../src/expressions/compile.ts';
import type { Reading } from '../../src/expressions/contract.ts';
import { lookUp, type Path } from '../../src/expressions/paths.ts';
import { reprOf } from '../../src/expressions/text.ts';
import type { Value } from '../../src/expressions/values.ts';
import type { Evaluated, Purpose } from '../../src/model/expression.ts';
import type { Member } from '../../src/model/member.ts';
import type { Host } from '../../src/net/host.ts';
import { type FunctionPlugin, type FunctionScope, functionTable } from '../../src/plugins/function.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { fakeHost } from './host.ts';

/** Every function there is, by name. */
export const functions = functionTable(
  await new Registry<FunctionPlugin>('function').addFrom(new URL('../../src/functions/', import.meta.url)),
);

/** What an expression of a test finds. */
interface Surroundings {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly host?: Host;
  readonly groups?: readonly string[];
  readonly staticGroups?: readonly string[];
  readonly hostingDrivers?: readonly string[];
  readonly members?: readonly Member[];
  readonly style?: FunctionScope['style'];
  readonly events?: readonly string[];
  readonly ruleStates?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly record?: Readonly<Record<string, unknown>>;
}

/** A scope that reads `data.collector`, `data.parameters` and so on, on a made-up machine. */
export function scopeOf(around: Surroundings = {}): FunctionScope {
  const { groups = [], staticGroups = [], hostingDrivers = [], members = [], data = {} } = around;
  const host = around.host ?? fakeHost();
  return {
    read: (kind, path) => reading(data[kind], path),
    clock: host.clock,
    signal: around.signal ?? new AbortController().signal,
    host,
    random: seeded(1),
    style: around.style ?? 'plain',
    ...(around.record && { record: around.record }),
    node: {
      zone: 'internet',
      groups: new Set([...staticGroups, ...groups]),
      staticGroups: new Set(staticGroups),
      detectedGroups: new Set(groups),
      hostingDrivers: new Set(hostingDrivers),
      members: new Map(members.map((member) => [member.id, member])),
      ruleStates: new Map(Object.entries(around.ruleStates ?? {})),
      hasEvent: (type) => around.events?.includes(type) ?? false,
    },
  };
}

function reading(tree: unknown, path: Path): Reading {
  const value = lookUp(tree, path.segments);
  return value === undefined ? { found: false, reason: 'not there' } : { found: true, value };
}

/** The outcome of an expression; one that cannot be read is an error as well. */
export async function evaluate(
  text: string,
  around: Surroundings = {},
  purpose: Purpose = 'value',
): Promise<Evaluated> {
  const compiled = compile(text, { functions, fields: new Set(Object.keys(around.record ?? {})) });
  return compiled.evaluate(scopeOf(around), purpose);
}

/** The text that a plain text with holes gives. */
export async function filled(text: string, around: Surroundings = {}): Promise<Evaluated> {
  return compileText(text, { functions }).evaluate(scopeOf(around), 'text');
}

/** An outcome in one word: the value as it would be written, `missing PATH`, or `ERR CODE`. */
export async function shown(text: string, around: Surroundings = {}, purpose: Purpose = 'value'): Promise<string> {
  try {
    return inOneWord(await evaluate(text, around, purpose));
  } catch (error) {
    return `ERR ${(error as { details?: { code?: string } }).details?.code}`;
  }
}

function inOneWord(outcome: Evaluated): string {
  if (outcome.type === 'value') return reprOf(outcome.value as Value);
  return outcome.type === 'missing' ? `missing ${outcome.path}` : `ERR ${outcome.code}`;
}
