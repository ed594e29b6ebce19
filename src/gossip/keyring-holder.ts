import { OpsbroError } from '../base/errors.ts';
import type { KeySource } from './key-source.ts';

/** Holds the keys of our zone and can change them: on disk first, then in memory. */
export interface KeyringHolder extends KeySource {
  /** Throws `OpsbroError` with the sentence that whoever asked is to read. What is so already is no error. */
  apply(operation: 'install' | 'use' | 'remove', key: Uint8Array): Promise<void>;
}

/** A zone that never has a key. */
export const NO_KEYS: KeyringHolder = {
  state: 'open',
  keyring: undefined,
  problem: '',
  async apply() {
    throw new OpsbroError('conflict', 'No keyring to modify (encryption not enabled)');
  },
};
