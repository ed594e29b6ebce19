import { createHash, createSecretKey, type KeyObject } from 'node:crypto';

/** A key of a zone: AES-GCM with 128, 192 or 256 bits. */
export interface GossipKey {
  readonly secret: KeyObject;
  /** The first 16 hex digits of its SHA-256: the form in which a key may be shown. */
  readonly fingerprint: string;
}

/** The keys of a zone: the first encrypts, all of them decrypt. Never empty. */
export type Keyring = readonly [primary: GossipKey, ...others: GossipKey[]];

/** How a pool protects and recognises what it sends. It may change while the agent runs. */
export interface Protection {
  /** `undefined`: in the clear. */
  readonly keyring: Keyring | undefined;
  /** Empty: no label. */
  readonly label: string;
  readonly compress: boolean;
}

/** No key, no label, nothing compressed: what anyone can read and write. */
export const IN_THE_CLEAR: Protection = { keyring: undefined, label: '', compress: false };

/** How something is closed that is sent. */
export interface Seal {
  readonly protection: Protection;
  /** 12 new bytes for each encryption. */
  readonly nonce: () => Uint8Array;
}

const KEY_LENGTHS: ReadonlySet<number> = new Set([16, 24, 32]);

/** The key of these bytes, or nothing when there are not 16, 24 or 32 of them. */
export function gossipKey(bytes: Uint8Array): GossipKey | undefined {
  if (!KEY_LENGTHS.has(bytes.length)) return undefined;
  const fingerprint = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { secret: createSecretKey(bytes), fingerprint };
}
