import type { Networks } from '../base/networks.ts';
import type { PacketMessage, PushPull, StreamMessage } from './wire/messages.ts';

/** The messages that name no address outside the networks we may talk to; `refused` is told of each that is left out. */
export function admitted(
  messages: readonly PacketMessage[],
  networks: Networks,
  refused: () => void,
): readonly PacketMessage[] {
  if (networks.areEverywhere) return messages;
  return messages.filter((message) => {
    const isAllowed = addressesOf(message).every((address) => networks.has(address));
    if (!isAllowed) refused();
    return isAllowed;
  });
}

/** As `admitted`, for what came in a stream: a push/pull loses the members that are announced elsewhere. */
export function admittedStream(message: StreamMessage, networks: Networks, refused: () => void): StreamMessage {
  if (networks.areEverywhere || message.kind !== 'pushPull') return message;
  const nodes = message.nodes.filter(({ address }) => networks.has(address));
  for (let left = message.nodes.length - nodes.length; left > 0; left--) refused();
  return { ...message, nodes } satisfies PushPull;
}

/** Where a message wants us to send something, now or later. */
function addressesOf(message: PacketMessage): readonly string[] {
  switch (message.kind) {
    case 'alive':
    case 'query':
    case 'relay':
      return [message.address];
    case 'ping':
      return message.source ? [message.source.address] : [];
    case 'indirectPing':
      return message.source ? [message.target, message.source.address] : [message.target];
    default:
      return [];
  }
}
