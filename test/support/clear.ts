import { type OpenedDatagram, openDatagram } from '../../src/gossip/wire/datagram.ts';
import { IN_THE_CLEAR, type Seal } from '../../src/gossip/wire/keyring.ts';
import type { Malformed, StreamMessage } from '../../src/gossip/wire/messages.ts';
import { type StreamContent, StreamReader, sealStream } from '../../src/gossip/wire/stream.ts';

/** Nothing around: no key, no label, no compression. */
export const CLEAR: Seal = {
  protection: IN_THE_CLEAR,
  nonce: () => {
    throw new Error('nothing is encrypted here');
  },
};

/** What a datagram of a pool without key and label holds. */
export const opened = (bytes: Uint8Array): OpenedDatagram => openDatagram(bytes, IN_THE_CLEAR);

/** What a whole stream of such a pool holds; `undefined` when something is missing. */
export const read = (bytes: Uint8Array): StreamContent | Malformed | undefined => clearReader().push(bytes);

export const clearReader = (): StreamReader => new StreamReader(IN_THE_CLEAR);

export const clearStream = (message: StreamMessage): Uint8Array => sealStream(message, CLEAR);
