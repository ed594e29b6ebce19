import type { Keyring } from './wire/keyring.ts';

/** The keys of a zone, as they are at the moment; they may change while the agent runs. */
export interface KeySource {
  /** `open`: the zone has no key; `keyed`: it has; `closed`: its keys cannot be read, so nothing may be said or heard. */
  readonly state: 'open' | 'keyed' | 'closed';
  /** Only when `keyed`. */
  readonly keyring: Keyring | undefined;
  /** One sentence on why it is `closed`, that names the file; empty otherwise. */
  readonly problem: string;
}
