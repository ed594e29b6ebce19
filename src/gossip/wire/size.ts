import type { PacketMessage } from './messages.ts';
import { encode } from './packet.ts';

const SIZES = new WeakMap<PacketMessage, number>();

/** How many bytes a message takes in a datagram, type byte included. Found out once for each message object. */
export function encodedSize(message: PacketMessage): number {
  const known = SIZES.get(message);
  if (known !== undefined) return known;
  const size = encode(message).length;
  SIZES.set(message, size);
  return size;
}
