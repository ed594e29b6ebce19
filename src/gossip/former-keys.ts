import { type Endpoint, endpointText } from '../net/address.ts';
import type { GossipKey, Keyring } from './wire/keyring.ts';

const KEPT = 1_024;

/**
 * Who still encrypts with a key that is not the primary one any more. A member that was away while the keys were changed could not read
 * what is encrypted with the new one; it is spoken to with the key that it has, as long as that is in the keyring, and so can be given the
 * new one.
 */
export class FormerKeys {
  readonly #fingerprints = new Map<string, string>();

  /** Takes note of the key that something from there was encrypted with. */
  heard(from: Endpoint, { fingerprint }: GossipKey, [primary]: Keyring): void {
    const known = this.#fingerprints;
    if (fingerprint === primary.fingerprint) {
      if (known.size > 0) known.delete(endpointText(from));
      return;
    }
    const place = endpointText(from);
    known.delete(place);
    known.set(place, fingerprint);
    const [oldest] = known.keys();
    if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
  }

  /** The keyring to encrypt with for them: its first key is one that they have. */
  for(to: Endpoint, keyring: Keyring): Keyring {
    if (this.#fingerprints.size === 0) return keyring;
    return ledBy(this.#fingerprints.get(endpointText(to)), keyring);
  }
}

/** The keyring with the key of that fingerprint in front, if it has such. */
export function ledBy(fingerprint: string | undefined, keyring: Keyring): Keyring {
  const [primary] = keyring;
  if (fingerprint === undefined || fingerprint === primary.fingerprint) return keyring;
  const key = keyring.find((each) => each.fingerprint === fingerprint);
  return key === undefined ? keyring : [key, ...keyring.filter((each) => each !== key)];
}
