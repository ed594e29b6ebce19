import type { Delta, Full } from '../records/bodies.ts';
import type { ForeignNode } from './foreign-node.ts';
import type { RelayedEvent } from './frames.ts';

/** What was told by another zone. */
export interface Told {
  readonly nodes?: readonly ForeignNode[];
  readonly fulls?: readonly Full[];
  readonly deltas?: readonly Delta[];
}

/** The own pool, as the links to other zones see it. */
export interface RelayPool {
  readonly id: string;
  readonly zone: string;
  /** Members of our zone and of those below: what the zone above sees. */
  upward(): readonly ForeignNode[];
  /** The proxies of our zone: what zones below see. */
  downward(): readonly ForeignNode[];
  /** A member of our zone or of another that we see. */
  node(id: string): ForeignNode | undefined;
  /** Everything that a node says of itself. */
  fulls(id: string): readonly Full[];
  /** Takes in what another zone told, and tells it to the members of ours. */
  learn(told: Told): void;
  /** Tells our zone of an event of a zone below. */
  publish(event: RelayedEvent): void;
  /** Tells our zone to which others we have a link. */
  setLinks(zones: readonly string[]): void;
}

/** Something changed that other zones may have to hear of. */
export type Change =
  | { readonly kind: 'node'; readonly node: ForeignNode }
  | { readonly kind: 'delta'; readonly delta: Delta }
  | { readonly kind: 'full'; readonly full: Full };

/** The node that a change is about. */
export const idOf = (change: Change): string => {
  switch (change.kind) {
    case 'node':
      return change.node.id;
    case 'delta':
      return change.delta.id;
    case 'full':
      return change.full.id;
  }
};
