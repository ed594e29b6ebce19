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
 * Changes the keys of all members. Throws `bad_request` on what is no key, `not_found` on an unknown fingerprint, and `conflict` when a key
 * is to be used that some living member lacks: it would no longer be understood.
 */
export async function changeKeys({ op, key: written }: Change, { pool, keyNamed }: Keeper): Promise<KeyringOutcome> {
  const { key, fingerprint } = keyOf(written, keyNamed);
  if (op === 'use') await checkEverywhere(fingerprint, pool);
  return await pool.keyring(op, key);
}

function keyOf(written: string, keyNamed: Keeper['keyNamed']) {
  if (FINGERPRINT.test(written)) {
    const key = keyNamed(written);
    if (key !== undefined) return { key, fingerprint: written };
    throw new OpsbroError('not_found', `this node has no key ${written}; give the key itself, in base64`);
  }
  const bytes = Buffer.from(written, 'base64');
  const isWhole = bytes.toString('base64').replace(/=+$/, '') === written.replace(/=+$/, '');
  const key = isWhole ? gossipKey(bytes) : undefined;
  if (key !== undefined) return { key: bytes.toString('base64'), fingerprint: key.fingerprint };
  throw new OpsbroError('bad_request', 'body key: write 16, 24 or 32 bytes in base64, or a fingerprint');
}

async function checkEverywhere(fingerprint: string, pool: Keeper['pool']): Promise<void> {
  const { answers, silent } = await pool.keyring('list');
  const lacking = answers.filter(({ ok, keys }) => !ok || !keys.includes(fingerprint)).map(({ node }) => node);
  if (lacking.length === 0 && silent.length === 0) return;
  const faults = [
    ...(lacking.length === 0 ? [] : [`${lacking.join(', ')} lack the key ${fingerprint}; install it first`]),
    ...(silent.length === 0 ? [] : [`${silent.join(', ')} did not answer`]),
  ];
  throw new OpsbroError('conflict', faults.join('; '), { details: { lacking, silent } });
}
