import type { IncomingMessage } from 'node:http';
import { OpsbroError } from '../base/errors.ts';
import { plainAddress } from '../net/address.ts';
import type { PeerKey, PeerKeyTable } from './keys.ts';
import { Replays } from './replays.ts';
import type { Peer } from './route.ts';
import { type Claim, isSignedBy, PEER_HEADER, parseClaim } from './signature.ts';

/** A request as far as it is known before its body is. */
export interface Arrival {
  readonly incoming: IncomingMessage;
  /** The key that its connection has proved; `undefined` on a plain one. */
  readonly key: PeerKey | undefined;
  readonly address: string;
}

/** Decides whether a request is from whom it says to be from. */
export class Entry {
  readonly #keys: PeerKeyTable;
  readonly #count: (name: string) => void;
  readonly #replays = new Replays();

  constructor(keys: PeerKeyTable, count: (name: string) => void) {
    this.#keys = keys;
    this.#count = count;
  }

  /** What a request says of its sender, unproved. Throws `unauthorized` when it says nothing, or its key is no longer good. */
  claimOf({ incoming, key }: Arrival): Claim {
    if (key ? this.#keys.find(key.identity) !== key : !this.#keys.isOpen) {
      throw this.#refused('removed_key', 'the key of this connection is no longer good');
    }
    const header = incoming.headers[PEER_HEADER];
    const claim = parseClaim(typeof header === 'string' ? header : undefined);
    if (claim) return claim;
    throw this.#refused('no_header', 'send the header X-Opsbro-Peer: id.boot.counter.signature');
  }

  /** Who sent a request, now that all of it is here. Throws `unauthorized` when the signature is wrong or was there before. */
  prove(claim: Claim, { incoming, key, address }: Arrival, body: Uint8Array): Peer {
    const { id, boot } = claim;
    if (!key) return { id, boot, zone: this.#keys.own, address, proof: 'none' };
    const { method = '', url = '' } = incoming;
    if (!isSignedBy(key.signing, claim, { method, path: url, body })) {
      throw this.#refused('bad_signature', 'the signature in X-Opsbro-Peer is not that of this request');
    }
    const freshness = this.#replays.take(`${key.identity} ${id} ${boot}`, claim.counter);
    if (freshness !== 'fresh') {
      throw this.#refused(
        `replay_${freshness}`,
        `the counter ${claim.counter} in X-Opsbro-Peer was used before or is too old`,
      );
    }
    return { id, boot, zone: key.zone, address, proof: 'key' };
  }

  #refused(reason: string, message: string): OpsbroError {
    this.#count(`refused_${reason}`);
    return new OpsbroError('unauthorized', message);
  }
}

/** A request on a connection with this key, or on a plain one. */
export const arrivalOf = (incoming: IncomingMessage, key: PeerKey | undefined): Arrival => ({
  incoming,
  key,
  address: plainAddress(incoming.socket.remoteAddress ?? ''),
});
