import { messageOf } from '../base/errors.ts';
import type { KeyringHolder } from './keyring-holder.ts';
import type { KeyOperation } from './serf/effects.ts';
import type { KeyAnswer } from './serf/key-answers.ts';

const NOTHING = { keys: [], primaryKey: '', result: false } as const;
const DONE: KeyAnswer = { keys: [], primaryKey: '', message: '', result: true };

/** Does what the pool asks of our keys, and says how it went: as Serf does it, in its words. */
export async function answerOnKeys(
  holder: KeyringHolder,
  operation: KeyOperation,
  key: Uint8Array,
): Promise<KeyAnswer> {
  if (holder.state !== 'keyed' || !holder.keyring) return { ...NOTHING, message: refusal(holder, operation) };
  if (operation === 'list') {
    const keys = holder.keyring.map(({ secret }) => secret.export().toString('base64'));
    return { keys, primaryKey: keys[0] ?? '', message: '', result: true };
  }
  try {
    await holder.apply(operation, key);
    return DONE;
  } catch (error) {
    return { ...NOTHING, message: messageOf(error) };
  }
}

function refusal(holder: KeyringHolder, operation: KeyOperation): string {
  if (holder.state === 'closed') return holder.problem;
  return operation === 'list'
    ? 'Keyring is empty (encryption not enabled)'
    : 'No keyring to modify (encryption not enabled)';
}
