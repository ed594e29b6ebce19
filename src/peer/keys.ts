import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A key of a zone. */
export interface ZoneKey {
  /** The form in which it may be shown: the first 16 hex digits of its SHA-256. */
  readonly fingerprint: string;
  readonly secret: KeyObject;
}

/** A zone that has keys. */
export interface ZoneKeys {
  readonly zone: string;
  /** The one to use first; all of them are good. Empty: the zone is closed, as its keys cannot be read. */
  readonly keyring: readonly ZoneKey[];
}

/** The keys that this node has, as they are now. */
export interface PeerKeys {
  /** The zone that this node is in. */
  readonly own: string;
  /** Its own zone and those below it; a zone without encryption is not among them. */
  zones(): readonly ZoneKeys[];
}

/** What is derived from a key of a zone for peers. */
export interface PeerKey {
  readonly zone: string;
  readonly fingerprint: string;
  /** `ZONE/FINGERPRINT`: the name of the key in the handshake. */
  readonly identity: string;
  /** 32 bytes, for TLS. */
  readonly psk: Uint8Array;
  /** 32 bytes, for the header of requests. */
  readonly signing: KeyObject;
}

const SECRET_BYTES = 32;
const PSK_INFO = 'opsbro peer v1';
const SIGNING_INFO = 'peer-request';

/** What is derived from the keys of zones, kept until they change. Whoever changes them calls `refresh`. */
export class PeerKeyTable {
  readonly #keys: PeerKeys;
  readonly #listeners = new Set<(removed: readonly PeerKey[]) => void>();
  #byIdentity: ReadonlyMap<string, PeerKey> = new Map();
  #byZone: ReadonlyMap<string, readonly PeerKey[]> = new Map();

  constructor(keys: PeerKeys) {
    this.#keys = keys;
    this.refresh();
  }

  /** The zone that this node is in. */
  get own(): string {
    return this.#keys.own;
  }

  /** Whether nothing is encrypted in our zone. A zone whose keys cannot be read is not open. */
  get isOpen(): boolean {
    return !this.#byZone.has(this.own);
  }

  /** The key of a name that was said in a handshake. */
  find(identity: string): PeerKey | undefined {
    return this.#byIdentity.get(identity);
  }

  /** The keys of a zone, the one to use first; `undefined` when the zone has none, empty while it is closed. */
  of(zone: string): readonly PeerKey[] | undefined {
    return this.#byZone.get(zone);
  }

  /** Looks at the keys again; listeners are told of those that are no longer good. */
  refresh(): void {
    const before = this.#byIdentity;
    const zones = this.#keys.zones().map(({ zone, keyring }) => {
      const derived = keyring.map((key) => before.get(identityOf(zone, key)) ?? derive(zone, key));
      return [zone, derived] as const;
    });
    this.#byZone = new Map(zones);
    this.#byIdentity = new Map(zones.flatMap(([, keys]) => keys).map((key) => [key.identity, key]));
    const removed = [...before.values()].filter(({ identity }) => !this.#byIdentity.has(identity));
    if (removed.length > 0) for (const listen of this.#listeners) listen(removed);
  }

  /** The listener of keys that are no longer good. */
  onRemoved(listen: (removed: readonly PeerKey[]) => void): Disposable {
    this.#listeners.add(listen);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listen) };
  }
}

/** The same key may serve two zones, and gives each another secret; so the zone belongs to the name. */
const identityOf = (zone: string, { fingerprint }: ZoneKey): string => `${zone}/${fingerprint}`;

function derive(zone: string, key: ZoneKey): PeerKey {
  const secretFor = (info: string) => Buffer.from(hkdfSync('sha256', key.secret, zone, info, SECRET_BYTES));
  return {
    zone,
    fingerprint: key.fingerprint,
    identity: identityOf(zone, key),
    psk: secretFor(PSK_INFO),
    signing: createSecretKey(secretFor(SIGNING_INFO)),
  };
}
