import { type CipherGCMTypes, createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { GossipKey, Keyring } from './keyring.ts';
import { Refused } from './refusal.ts';

/** Bytes of a nonce, which must never come twice with one key. */
export const NONCE_BYTES = 12;
const VERSION_BYTES = 1;
const TAG_BYTES = 16;
const BLOCK = 16;
/** What encryption adds to a message. */
export const SEAL_BYTES = VERSION_BYTES + NONCE_BYTES + TAG_BYTES;
/** Version 0 pads to whole blocks, version 1 does not. */
const PADDED = 0;
const BARE = 1;

/** Encrypts (AES-GCM, memberlist's version 1): version, nonce, ciphertext, tag. `attached` is not sent, but has to be the same there. */
export function encrypt(plain: Uint8Array, secret: KeyObject, nonce: Uint8Array, attached: Uint8Array): Uint8Array {
  const cipher = createCipheriv(algorithmOf(secret), secret, nonce);
  if (attached.length > 0) cipher.setAAD(attached);
  const sealed = new Uint8Array(SEAL_BYTES + plain.length);
  sealed[0] = BARE;
  sealed.set(nonce, VERSION_BYTES);
  sealed.set(cipher.update(plain), VERSION_BYTES + NONCE_BYTES);
  cipher.final();
  sealed.set(cipher.getAuthTag(), sealed.length - TAG_BYTES);
  return sealed;
}

/** What was encrypted, and with which key. */
export interface Decrypted {
  readonly plain: Uint8Array;
  readonly key: GossipKey;
}

/** Decrypts what one of these keys encrypted, in version 0 or 1; throws `Refused` with `decrypt` when it was none of them. */
export function decrypt(sealed: Uint8Array, keyring: Keyring, attached: Uint8Array): Decrypted {
  const [version] = sealed;
  const least = version === PADDED ? SEAL_BYTES + BLOCK : SEAL_BYTES;
  if ((version !== PADDED && version !== BARE) || sealed.length < least) throw new Refused('decrypt');
  for (const key of keyring) {
    const plain = opened(sealed, key.secret, attached);
    if (plain) return { plain: version === PADDED ? withoutPadding(plain) : plain, key };
  }
  throw new Refused('decrypt');
}

function opened(sealed: Uint8Array, secret: KeyObject, attached: Uint8Array): Uint8Array | undefined {
  const body = VERSION_BYTES + NONCE_BYTES;
  const decipher = createDecipheriv(algorithmOf(secret), secret, sealed.subarray(VERSION_BYTES, body));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  if (attached.length > 0) decipher.setAAD(attached);
  const plain = decipher.update(sealed.subarray(body, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** PKCS#7: the last byte says how many are padding. */
function withoutPadding(plain: Uint8Array): Uint8Array {
  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > BLOCK || padding > plain.length) throw new Refused('decrypt');
  return plain.subarray(0, -padding);
}

const ALGORITHMS: ReadonlyMap<number | undefined, CipherGCMTypes> = new Map([
  [16, 'aes-128-gcm'],
  [24, 'aes-192-gcm'],
  [32, 'aes-256-gcm'],
]);

function algorithmOf({ symmetricKeySize }: KeyObject): CipherGCMTypes {
  const algorithm = ALGORITHMS.get(symmetricKeySize);
  if (!algorithm) throw new TypeError(`a key of ${symmetricKeySize} bytes is none for AES`);
  return algorithm;
}
