import type { PacketMessage } from './wire/messages.ts';

/** So begin the names under which datagrams are counted by what is in them. */
export const KIND_COUNTS = { in: 'kind_in_', out: 'kind_out_' } as const;

/** The name under which a datagram of these messages is counted: the kind of the only one, `several`, or `unread` when none could be read. */
export function kindCount(direction: keyof typeof KIND_COUNTS, messages: readonly PacketMessage[]): string {
  const [first, second] = messages;
  return KIND_COUNTS[direction] + (second ? 'several' : (first?.kind ?? 'unread'));
}
