import { OpsbroError } from '../base/errors.ts';
import { gossipKey } from '../gossip/wire/keyring.ts';
import type { KeyringOutcome, PoolActions } from '../model/pool.ts';

const FINGERPRINT = /^[0-9a-f]{16}$/;

interface Change {
  readonly op: 'install' | 'use' | 'remove';
  /** In base64, or the fingerprint of a key that this node has. */
  readonly key: string;
}

interface Keeper {
  readonly pool: Pick<PoolActions, 'keyring'>;
  /** The key of ours with that fingerprint, in base64. */
  keyNamed(fingerprint: string): string | undefined;
}

/**
 * Changes the keys of all members. Throws `bad_request` on what is no key, `not_found` on an unknown fingerprint, and what the pool throws:
 * `conflict` when a key is to be used that some living member lacks.
 */
export async function changeKeys({ op, key: written }: Change, { pool, keyNamed }: Keeper): Promise<KeyringOutcome> {
  return await pool.keyring(op, keyOf(written, keyNamed));
}

/** A key in base64. */
function keyOf(written: string, keyNamed: Keeper['keyNamed']): string {
  if (FINGERPRINT.test(written)) {
    const key = keyNamed(written);
    if (key !== undefined) return key;
    throw new OpsbroError('not_found', `this node has no key ${written}; give the key itself, in base64`);
  }
  const bytes = Buffer.from(written, 'base64');
  const isWhole = bytes.toString('base64').replace(/=+$/, '') === written.replace(/=+$/, '');
  if (isWhole && gossipKey(bytes)) return bytes.toString('base64');
  throw new OpsbroError('bad_request', 'body key: write 16, 24 or 32 bytes in base64, or a fingerprint');
}
