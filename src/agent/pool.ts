import type { CheckSummary, Membership, ServiceSummary } from '../model/member.ts';

/** How the attempts to join went. */
export interface Joined {
  readonly joined: number;
  /** Why the others were not, by address as it was written. */
  readonly errors: ReadonlyMap<string, string>;
}

/** The pool of nodes as the agent uses it: who is there, and what is told of this node. */
export interface Pool extends Membership, AsyncDisposable {
  /** How often what happened, by name. */
  readonly counters: ReadonlyMap<string, number>;
  join(addresses: readonly string[]): Promise<Joined>;
  /** Looks for the pool in the background. */
  rejoin(seeds: readonly string[]): void;
  /** Leaves on purpose; resolves when the pool knows. */
  leave(): Promise<void>;
  /** Declares a dead member as gone for good. Throws `not_found`, or `conflict` while it lives. */
  forceLeave(name: string): void;
  setGroups(groups: Iterable<string>): void;
  setDisplayName(name: string): void;
  setCheck(id: string, summary: CheckSummary): void;
  removeCheck(id: string): void;
  setService(name: string, summary: ServiceSummary): void;
  removeService(name: string): void;
  /** At which ports other doors of this node listen, by what they are for. */
  setPorts(ports: ReadonlyMap<string, number>): void;
}
