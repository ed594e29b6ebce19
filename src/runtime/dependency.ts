import { OpsbroError } from '../base/errors.ts';
import { CHECK_STATES, type CheckRecord, type ShownState } from '../model/check.ts';
import type { Member } from '../model/member.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';

/** What a check needs to mean anything. */
type Target =
  | { readonly type: 'check'; readonly check: string; readonly node?: string }
  | { readonly type: 'node'; readonly node: string }
  | { readonly type: 'service'; readonly service: string; readonly zone?: string }
  | { readonly type: 'group'; readonly group: string; readonly atLeast: number };

/** A parent of a check, as it is written. */
export type Dependency = Target & {
  /** For people: `linux/net`, `linux/net on web1`, `node web1`. */
  readonly name: string;
  /** What it must not be: states of a check or service, `dead` for a node. */
  readonly blocking: ReadonlySet<string>;
  /** The child is not even run while it blocks. */
  readonly holdsRuns: boolean;
};

/** What is known of the checks of this node and of the pool. */
export interface DependencyWorld {
  readonly self: { readonly name: string; readonly zone: string };
  members(): ReadonlyMap<string, Member>;
  /** A check that applies to this node. */
  check(id: string): CheckRecord | undefined;
}

/** How a parent is: `soft` when it is bad and that is not confirmed, `missing` when nobody knows of it. */
export type ParentState = 'fine' | 'blocking' | 'soft' | 'missing';

const PRESET = ['critical', 'unknown', 'dead'];
const STATES: ReadonlySet<string> = new Set([...CHECK_STATES, 'dead', 'left', 'suspect']);

/** Reads `depends_on`: ids of checks, and maps that name a check, node, service or group. Throws `invalid_config`. */
export function readDependencies({ depends_on: written }: YamlMap): Dependency[] {
  if (written === undefined || written === null) return [];
  return [written].flat().map(readDependency);
}

function readDependency(written: Yaml): Dependency {
  if (typeof written === 'string') return complete({ type: 'check', check: written }, {});
  const map = typeof written === 'object' && written !== null && !Array.isArray(written) ? (written as YamlMap) : {};
  const { check, node, service, zone, group, at_least } = map;
  if (isText(check)) return complete({ type: 'check', check, ...(isText(node) && { node }) }, map);
  if (isText(service)) return complete({ type: 'service', service, ...(isText(zone) && { zone }) }, map);
  if (isText(group)) return complete({ type: 'group', group, atLeast: Math.max(1, Number(at_least ?? 1) || 1) }, map);
  if (isText(node)) return complete({ type: 'node', node }, map);
  const got = JSON.stringify(written);
  throw new OpsbroError(
    'invalid_config',
    `depends_on: expected a check, or a map of check, node, service or group, got ${got}`,
  );
}

const isText = (written: Yaml | undefined): written is string => typeof written === 'string' && written !== '';

function complete(target: Target, { states, execute }: YamlMap): Dependency {
  const blocking = states === undefined || states === null ? PRESET : [states].flat().map(String);
  const wrong = blocking.find((state) => !STATES.has(state));
  if (wrong !== undefined) throw new OpsbroError('invalid_config', `depends_on: "${wrong}" is no state of a parent`);
  return { ...target, name: nameOf(target), blocking: new Set(blocking), holdsRuns: execute === false };
}

function nameOf(target: Target): string {
  switch (target.type) {
    case 'check':
      return target.node === undefined ? target.check : `${target.check} on ${target.node}`;
    case 'node':
      return `node ${target.node}`;
    case 'service':
      return target.zone === undefined ? `service ${target.service}` : `service ${target.service} in ${target.zone}`;
    case 'group':
      return `${target.atLeast} of group ${target.group}`;
  }
}

/** Id of the check of this very node that a dependency names, if it names one. */
export const ownCheck = (dependency: Dependency, self: { readonly name: string }): string | undefined =>
  dependency.type === 'check' && (dependency.node === undefined || dependency.node === self.name)
    ? dependency.check
    : undefined;

/** How a parent is now, as far as this node knows. */
export function parentState(dependency: Dependency, world: DependencyWorld): ParentState {
  const own = ownCheck(dependency, world.self);
  if (own !== undefined) return ownState(world.check(own), dependency);
  switch (dependency.type) {
    case 'check':
      return foreignCheck(dependency.check, memberNamed(dependency.node ?? '', world), dependency);
    case 'node':
      return nodeState(memberNamed(dependency.node, world), dependency);
    case 'service':
      return serviceState(dependency, world);
    case 'group':
      return groupState(dependency, world);
  }
}

function ownState(check: CheckRecord | undefined, { blocking }: Dependency): ParentState {
  if (!check) return 'missing';
  if (check.isDisabled) return 'fine';
  if (blocking.has(check.hardState)) return 'blocking';
  return blocking.has(check.state) ? 'soft' : 'fine';
}

function foreignCheck(id: string, member: Member | undefined, dependency: Dependency): ParentState {
  if (!member) return 'missing';
  if (isGone(member)) return 'blocking';
  const check = member.checks.get(id);
  if (!check) return 'missing';
  if (!dependency.blocking.has(check.state)) return 'fine';
  return check.hard ? 'blocking' : 'soft';
}

function nodeState(member: Member | undefined, { blocking }: Dependency): ParentState {
  if (!member) return 'missing';
  if (blocking.has(member.settled)) return 'blocking';
  return member.state === 'suspect' ? 'soft' : 'fine';
}

type Of<Type extends Target['type']> = Dependency & { readonly type: Type };

function serviceState({ service, zone, blocking }: Of<'service'>, { members, self }: DependencyWorld): ParentState {
  const wanted = zone ?? self.zone;
  const offering = [...members().values()].filter((each) => each.zone === wanted && each.services.has(service));
  if (offering.length === 0) return 'missing';
  const states = offering.filter((each) => !isGone(each)).map((each) => each.services.get(service)?.state ?? 'pending');
  return states.some((state: ShownState) => !blocking.has(state)) ? 'fine' : 'blocking';
}

function groupState({ group, atLeast }: Of<'group'>, { members }: DependencyWorld): ParentState {
  const alive = [...members().values()].filter((each) => !isGone(each) && each.groups.includes(group));
  return alive.length >= atLeast ? 'fine' : 'blocking';
}

const isGone = ({ settled }: Member): boolean => settled === 'dead' || settled === 'left';

function memberNamed(ref: string, { members }: DependencyWorld): Member | undefined {
  const known = members();
  return known.get(ref) ?? [...known.values()].find(({ name, displayName }) => name === ref || displayName === ref);
}

/** A graph without the edges that would close a circle. */
export interface Untangled {
  readonly edges: ReadonlyMap<string, readonly string[]>;
  /** The members of each circle, in order, the first one not repeated at the end. */
  readonly cycles: readonly (readonly string[])[];
}

/** Takes out of each circle of checks the edge that closes it, in the order in which they are written. */
export function untangled(edges: ReadonlyMap<string, readonly string[]>): Untangled {
  const kept = new Map<string, string[]>();
  const cycles: string[][] = [];
  for (const [child, parents] of edges) {
    const own: string[] = [];
    kept.set(child, own);
    for (const parent of parents) {
      const way = wayBetween(parent, child, kept);
      if (way) cycles.push(way);
      else own.push(parent);
    }
  }
  return { edges: kept, cycles };
}

/** The checks on the way from one to another along its parents, both included. */
function wayBetween(from: string, to: string, edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const seen = new Set<string>();
  const search = (at: string): string[] | undefined => {
    if (at === to) return [at];
    if (seen.has(at)) return undefined;
    seen.add(at);
    for (const next of edges.get(at) ?? []) {
      const rest = search(next);
      if (rest) return [at, ...rest];
    }
    return undefined;
  };
  return search(from);
}
