import type { Keyring } from './wire/keyring.ts';

/** The keys of a zone as they are now. They may change while the agent runs. */
export interface KeySource {
  /** `open`: nothing is encrypted; `closed`: its keys cannot be read, so nothing is sent or accepted. */
  readonly state: 'open' | 'keyed' | 'closed';
  /** Only while it is `keyed`. */
  readonly keyring: Keyring | undefined;
  /** Why it is closed; empty while it is not. */
  readonly problem: string;
}
