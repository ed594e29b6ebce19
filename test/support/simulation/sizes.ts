import type { PacketMessage, StreamMessage } from '../../../src/gossip/wire/messages.ts';
import { encodedSize } from '../../../src/gossip/wire/size.ts';

/** Of IP and UDP, without options. */
const PACKET_HEADS = 42;
/** Of IP and TCP for a short stream: opening, two packets of content and their confirmation, closing. */
const STREAM_HEADS = 7 * 54;
const PART_HEAD = 2;
/** Keys of the maps, state and versions of an entry. */
const ENTRY = 70;
const STATUS_TIME = 6;

/** About how many bytes a datagram takes on the wire, uncompressed and in the clear. */
export function packetBytes(messages: readonly PacketMessage[]): number {
  let bytes = PACKET_HEADS;
  for (const message of messages) bytes += encodedSize(message) + PART_HEAD;
  return bytes;
}

/** About how many bytes a message takes on a stream, uncompressed and in the clear. */
export function streamBytes(message: StreamMessage): number {
  if (message.kind !== 'pushPull') return STREAM_HEADS + 100;
  let bytes = STREAM_HEADS + (message.serf?.opsbro?.length ?? 0);
  for (const { name, meta } of message.nodes) bytes += ENTRY + name.length + meta.length;
  for (const name of message.serf?.statusLTimes.keys() ?? []) bytes += name.length + STATUS_TIME;
  return bytes;
}
