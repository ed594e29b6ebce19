/**
 * The rules of SWIM as memberlist has them: what to make of a message about a member, given what is known of it. A suspicion or a death
 * counts against the incarnation that it names, and only the member itself raises that. Pure.
 */
import type { Endpoint } from '../../net/address.ts';
import type { Alive, Dead, Suspect } from '../wire/messages.ts';
import { compatible, type Node, samePlace } from './node.ts';

/** What to make of an `alive`. */
type AliveVerdict =
  | 'ignore'
  /** It can never be a member of this pool. */
  | 'refuse'
  /** News: remember it and tell others. */
  | 'believe'
  /** As `believe`; the name is back at another address than the one it died at. */
  | 'believeMoved'
  /** Old news of someone forgotten: ask that address before believing. */
  | 'ask'
  /** Two addresses claim one name. */
  | 'conflict'
  | 'refute';

/** What is known when a message is judged. `selfName` is the name of this node. */
export interface Known {
  readonly node: Node | undefined;
  readonly isSelf: boolean;
  readonly isLeaving: boolean;
  readonly now: number;
}

/** What to make of an `alive`; `id` is the node id that it carries, if any. */
export function judgeAlive(
  message: Alive,
  { node, isSelf, isLeaving, now }: Known,
  id: string | undefined,
): AliveVerdict {
  if (isSelf && isLeaving) return 'ignore';
  const [pmin, pmax] = message.versions;
  if (pmin === 0 || pmax === 0 || pmin > pmax || !compatible(message.versions)) return 'refuse';
  if (!node) return 'believe';
  if (!node.listed) return message.incarnation > node.incarnation ? 'believe' : 'ask';
  if (!samePlace(message, node)) return judgeOtherPlace(message, node, { id, now });
  if (isSelf) return judgeOwn(message, node);
  return message.incarnation > node.incarnation ? 'believe' : 'ignore';
}

function judgeOtherPlace(
  message: Alive,
  node: Node,
  { id, now }: { readonly id: string | undefined; readonly now: number },
): AliveVerdict {
  if (node.state === 'left') return 'believe';
  if (node.state !== 'dead') return 'conflict';
  const isRebuilt = id === undefined || id !== node.tags.get('id');
  const isNewer = message.incarnation > node.incarnation;
  return (isNewer || isRebuilt) && !wasThere(node, message, now) ? 'believeMoved' : 'ignore';
}

/** Whether the member moved away from that place not long ago: then it is an old message that would bring it back there. */
const wasThere = ({ former }: Node, place: Endpoint, now: number): boolean =>
  former !== undefined && now < former.until && samePlace(former, place);

function judgeOwn(message: Alive, self: Node): AliveVerdict {
  if (message.incarnation < self.incarnation) return 'ignore';
  const isOurs =
    message.incarnation === self.incarnation &&
    Buffer.compare(message.meta, self.meta) === 0 &&
    message.versions.every((version, place) => version === self.versions[place]);
  return isOurs ? 'ignore' : 'refute';
}

/** What to make of a `suspect`. `confirm`: one more voice for a suspicion that is held already. */
type SuspectVerdict = 'ignore' | 'confirm' | 'believe' | 'refute';

export function judgeSuspect(message: Suspect, { node, isSelf }: Known): SuspectVerdict {
  if (!node?.listed || message.incarnation < node.incarnation) return 'ignore';
  if (isSelf) return node.state === 'alive' ? 'refute' : 'ignore';
  if (node.state === 'suspect') return 'confirm';
  return node.state === 'alive' ? 'believe' : 'ignore';
}

/** What to make of a `dead`. `retire`: one known as dead turns out to have left. */
type DeadVerdict = 'ignore' | 'retire' | 'believeDead' | 'believeLeft' | 'refute';

export function judgeDead(message: Dead, { node, isSelf, isLeaving }: Known): DeadVerdict {
  if (!node?.listed || message.incarnation < node.incarnation || node.state === 'left') return 'ignore';
  const isOwnWord = message.from === message.node;
  if (node.state === 'dead') return isOwnWord ? 'retire' : 'ignore';
  if (isSelf) return isLeaving ? 'believeLeft' : 'refute';
  return isOwnWord ? 'believeLeft' : 'believeDead';
}
