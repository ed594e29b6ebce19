import type { AgentConfig } from './agent-schema.ts';

type Camel<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Name;
type Constant = Exclude<keyof AgentConfig['gossip'], 'profile' | 'tags' | 'move_wait'>;

/** The constants of gossip that are set one by one, under the names they have in a profile. */
export function gossipConstants({ profile: _, tags: __, move_wait: ___, ...constants }: AgentConfig['gossip']): {
  readonly [Name in Constant as Camel<Name>]?: number;
} {
  const camel = (name: string) => name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(constants).map(([name, value]) => [camel(name), value]));
}
