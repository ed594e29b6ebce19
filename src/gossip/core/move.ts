import type { Endpoint } from '../../net/address.ts';
import type { Clocks } from '../serf/lamport.ts';
import type { PacketMessage } from '../wire/messages.ts';
import type { Desk } from './desk.ts';
import type { Self } from './self.ts';

interface Parts {
  readonly desk: Desk;
  readonly self: Self;
  readonly clocks: Clocks;
}

/** The word is said again after so long, as datagrams get lost. */
const AGAIN_MS = 400;
/** So many places are told at most. */
const MAX_TOLD = 1_024;

/**
 * Says at each place that this node left where it was known to be, under the incarnation that it had there, so that the new address is
 * believed. Nothing else goes along: old peers take in an `alive` before whatever else is in a datagram.
 */
export function tellMove(
  { desk, self, clocks }: Parts,
  move: { readonly to: readonly Endpoint[]; readonly incarnation: number },
): void {
  const { name } = self;
  const messages: readonly PacketMessage[] = [
    { kind: 'leaveIntent', lTime: clocks.member.next(), node: name, prune: false },
    { kind: 'dead', node: name, incarnation: move.incarnation, from: name },
  ];
  const tell = () => {
    for (const { address, port } of move.to.slice(0, MAX_TOLD)) {
      desk.do({ type: 'send', to: { address, port }, messages, checksum: false });
    }
  };
  tell();
  desk.later(AGAIN_MS, tell);
}
