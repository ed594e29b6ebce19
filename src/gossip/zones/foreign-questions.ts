import type { KeySource } from '../key-source.ts';
import { openDatagram } from '../wire/datagram.ts';
import type { Protection } from '../wire/keyring.ts';
import type { Ping } from '../wire/messages.ts';
import { isQuestion } from './detection.ts';

/** What another zone's keys made of a datagram. */
interface Tried {
  /** The zone of the key that opened it; empty when none did. */
  readonly zone: string;
  readonly question: Ping | undefined;
}

/** More zones than this are not tried: each one costs a decryption for each of its keys. */
const MAX_ZONES = 64;

/** Who is there may also be asked by nodes of the zones below, whose keys are held here. Nothing else of another zone is ever heard. */
export class ForeignQuestions {
  readonly #keys: () => ReadonlyMap<string, KeySource>;

  /** `keys`: those of other zones, by zone, as they are at any moment. */
  constructor(keys: () => ReadonlyMap<string, KeySource>) {
    this.#keys = keys;
  }

  /** Tries the keys of the other zones on a datagram that ours did not open; nothing when there are none to try. */
  open(bytes: Uint8Array, { label, compress }: Protection): Tried | undefined {
    let tried: Tried | undefined;
    for (const [zone, { keyring }] of [...this.#keys()].slice(0, MAX_ZONES)) {
      if (!keyring) continue;
      const { messages } = openDatagram(bytes, { keyring, label, compress });
      const [first] = messages;
      if (first) return { zone, question: messages.length === 1 && isQuestion(first) ? first : undefined };
      tried = { zone: '', question: undefined };
    }
    return tried;
  }
}
