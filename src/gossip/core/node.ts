import type { NodeState } from '../../model/member.ts';
import type { Endpoint } from '../../net/address.ts';
import type { Versions } from '../wire/messages.ts';

/** What the Serf layer makes of a member: `leaving` announced its leave, `left` went as announced, `failed` did not. */
export type Status = 'alive' | 'leaving' | 'left' | 'failed';

/** Everything the core knows of one member. Replaced as a whole at each change. */
export interface Node extends Endpoint {
  readonly name: string;
  /** Raised by its owner only. */
  readonly incarnation: number;
  /** Its tags as they travel; told on byte for byte. */
  readonly meta: Uint8Array;
  readonly tags: ReadonlyMap<string, string>;
  readonly versions: Versions;
  readonly state: NodeState;
  readonly status: Status;
  /** Lamport time of the newest intent about it. */
  readonly statusLTime: number;
  /** False once it was dead or gone for so long that nobody probes it or tells it on; it is still shown. */
  readonly listed: boolean;
  /** Monotonic time of the last change of `state`. */
  readonly changedAt: number;
  /** Where it was before it moved, and until when a message from there may not bring it back. */
  readonly former?: Endpoint & { readonly until: number };
}

/** The versions we speak: the same as a real serf 0.9. */
export const OUR_VERSIONS: Versions = [1, 5, 2, 2, 5, 5];

/** Whether two records name the same place. */
export const samePlace = (a: Endpoint, b: Endpoint): boolean => a.address === b.address && a.port === b.port;

/** Whether it is one of ours, which understands our own messages. */
export const isOurs = (node: Node): boolean => node.tags.has('ob');

/** Whether it takes part: alive or suspect. */
export const isLive = (node: Node): boolean => node.state === 'alive' || node.state === 'suspect';

/** Whether nobody lives but the member of that name. */
export function isAlone(nodes: Iterable<Node>, name: string): boolean {
  for (const node of nodes) if (node.name !== name && isLive(node)) return false;
  return true;
}

/** Whether it adds a checksum to gossip and expects one. */
export const takesChecksum = (node: Node): boolean => node.versions[1] >= 5;

/** Whether it answers pings over TCP. */
export const answersTcp = (node: Pick<Node, 'versions'>): boolean => node.versions[1] >= 3;

/** Whether it says so when it was asked to try a ping and hears nothing. */
export const saysNack = (node: Node): boolean => node.versions[1] >= 4;

/** What a person is shown: a death that was announced is a leave. */
export function shownState(node: Node): NodeState {
  if (node.status === 'left') return 'left';
  if (node.status === 'failed') return 'dead';
  return node.state;
}

/** Whether a record of these versions can live in a pool with us; a single one that cannot breaks every push/pull of real serf. */
export function compatible([pmin, pmax, pcur, dmin, dmax, dcur]: Versions): boolean {
  const [ourPmin, ourPmax, ourPcur, ourDmin, ourDmax, ourDcur] = OUR_VERSIONS;
  const speaksOurs = pmin <= ourPcur && ourPcur <= pmax && dmin <= ourDcur && ourDcur <= dmax;
  const isUnderstood = ourPmin <= pcur && pcur <= ourPmax && ourDmin <= dcur && dcur <= ourDmax;
  return speaksOurs && isUnderstood;
}
