import { secureBytes } from '../base/random.ts';
import type { KeySource } from './key-source.ts';
import { NONCE_BYTES } from './wire/cipher.ts';
import type { Keyring, Protection, Seal } from './wire/keyring.ts';

interface ShieldOptions {
  readonly keys: KeySource;
  /** Empty: none. */
  readonly label: string;
  readonly compress: boolean;
}

/** How everything is closed that leaves or enters at this moment. */
export class Shield implements Seal {
  readonly nonce = () => secureBytes(NONCE_BYTES);
  readonly #options: ShieldOptions;
  #protection: Protection;

  constructor(options: ShieldOptions) {
    this.#options = options;
    const { keys, label, compress } = options;
    this.#protection = { keyring: keys.keyring, label, compress };
  }

  /** Why nothing may leave or enter at all; `undefined` while it may. */
  get problem(): string | undefined {
    const { state, keyring, problem } = this.#options.keys;
    if (state === 'closed') return problem;
    // Without the keys that there should be, silence is the only thing that tells nobody anything.
    return state === 'keyed' && !keyring ? 'the keys of this zone are not there' : undefined;
  }

  /** As this, but encrypted with the first key that `lead` makes of the keyring. */
  led(lead: (keyring: Keyring) => Keyring): Seal {
    const { protection, nonce } = this;
    const { keyring } = protection;
    if (!keyring) return this;
    const led = lead(keyring);
    return led === keyring ? this : { nonce, protection: { ...protection, keyring: led } };
  }

  get protection(): Protection {
    const { keyring } = this.#options.keys;
    if (keyring !== this.#protection.keyring) this.#protection = { ...this.#protection, keyring };
    return this.#protection;
  }
}
