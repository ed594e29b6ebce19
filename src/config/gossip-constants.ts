import type { AgentConfig } from './agent-schema.ts';

type Camel<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Name;
type Constant = Exclude<keyof AgentConfig['gossip'], (typeof NO_CONSTANTS)[number]>;

/** What is configured of gossip beside the constants of a profile. */
const NO_CONSTANTS = [
  'profile',
  'tags',
  'label',
  'compress',
  'allowed_networks',
  'max_packets_per_source',
  'event_limit',
  'move_wait',
  'detect',
  'damping',
  'rejoin_after_leave',
  'import_serf_snapshot',
] as const;

const isConstant = (name: string): boolean => !(NO_CONSTANTS as readonly string[]).includes(name);

/** The constants of gossip that are set one by one, under the names they have in a profile. */
export function gossipConstants(gossip: AgentConfig['gossip']): {
  readonly [Name in Constant as Camel<Name>]?: number;
} {
  const camel = (name: string) => name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
  const constants = Object.entries(gossip).filter(([name]) => isConstant(name));
  return Object.fromEntries(constants.map(([name, value]) => [camel(name), value]));
}
