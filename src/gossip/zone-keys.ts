import { messageOf, OpsbroError } from '../base/errors.ts';
import { type KeyFileContent, type KeyFileForm, keyFileText, readKeyFile } from '../config/zone-key-file.ts';
import type { KeySource } from './key-source.ts';
import { type GossipKey, gossipKey, type Keyring } from './wire/keyring.ts';

/** Where the keys of a zone are kept. */
export interface KeyFile {
  /** Names the file in messages. */
  readonly path: string;
  /** The whole text; nothing when there is no such file. */
  read(): Promise<string | undefined>;
  /** Resolves when the text is safely on disk, in place of what was there. */
  write(text: string): Promise<void>;
}

type Content =
  | { readonly state: 'open' }
  | { readonly state: 'keyed'; readonly keyring: Keyring; readonly form: KeyFileForm }
  | { readonly state: 'closed'; readonly problem: string };

/** The keys of one zone: what is in its file, and the way to change that. Changes wait for each other. */
export class ZoneKeys implements KeySource {
  readonly zone: string;
  readonly #file: KeyFile;
  readonly #listeners = new Set<() => void>();
  #content: Content;
  #wasKeyed = false;
  #last: Promise<void> = Promise.resolve();

  private constructor(zone: string, file: KeyFile, content: Content) {
    this.zone = zone;
    this.#file = file;
    this.#content = content;
    this.#wasKeyed = content.state === 'keyed';
  }

  /** Reads the keys of a zone. A file that is no key file, or cannot be read, closes the zone: it is never taken for none. */
  static async open(zone: string, file: KeyFile): Promise<ZoneKeys> {
    return new ZoneKeys(zone, file, await contentOf(file));
  }

  get state(): KeySource['state'] {
    return this.#content.state;
  }

  get keyring(): Keyring | undefined {
    return this.#content.state === 'keyed' ? this.#content.keyring : undefined;
  }

  get problem(): string {
    return this.#content.state === 'closed' ? this.#content.problem : '';
  }

  /** The file the keys are in. */
  get path(): string {
    return this.#file.path;
  }

  /** The first 16 hex digits of the SHA-256 of each key, the primary one first. */
  get fingerprints(): readonly string[] {
    return (this.keyring ?? []).map(({ fingerprint }) => fingerprint);
  }

  /** The key with that fingerprint, in base64; nothing when it is none of ours. */
  named(fingerprint: string): string | undefined {
    const key = this.keyring?.find((each) => each.fingerprint === fingerprint);
    return key === undefined ? undefined : key.secret.export().toString('base64');
  }

  /**
   * Adds a key, makes one the primary, or takes one away: first on disk, then here. Throws `conflict` when the zone has no keys or is
   * closed, or the key cannot be used or removed; `bad_request` when it is no key; `store_failed` when it cannot be written. What is so
   * already is no error.
   */
  apply(operation: 'install' | 'use' | 'remove', key: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#apply(operation, key));
  }

  /** Takes over what the file says now. A zone that had keys and lost its file is closed: it does not become open by an accident. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const content = await contentOf(this.#file);
      const isLost = content.state === 'open' && this.#wasKeyed;
      this.#become(isLost ? { state: 'closed', problem: `${this.#file.path} is gone` } : content);
    });
  }

  /** Calls `listen` after each change of the keys. */
  onChange(listen: () => void): Disposable {
    this.#listeners.add(listen);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listen) };
  }

  async #apply(operation: 'install' | 'use' | 'remove', bytes: Uint8Array): Promise<void> {
    const content = this.#content;
    if (content.state === 'open') throw new OpsbroError('conflict', NOT_ENCRYPTED);
    if (content.state === 'closed') throw new OpsbroError('conflict', content.problem);
    const key = gossipKey(bytes);
    if (!key) throw new OpsbroError('bad_request', `the key has ${bytes.length} bytes (expected 16, 24 or 32)`);
    const keyring = CHANGES[operation](content.keyring, key);
    if (keyring === content.keyring) return;
    try {
      await this.#file.write(keyFileText(keyring.map(bytesOf), content.form));
    } catch (error) {
      throw new OpsbroError('store_failed', `${this.#file.path} cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
    }
    this.#become({ ...content, keyring });
  }

  #become(content: Content): void {
    const isSame = signOf(content) === signOf(this.#content);
    this.#content = content;
    if (content.state === 'keyed') this.#wasKeyed = true;
    if (!isSame) for (const listen of [...this.#listeners]) listen();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** The text that Serf agents answer in this case. */
const NOT_ENCRYPTED = 'No keyring to modify (encryption not enabled)';

type Change = (keyring: Keyring, key: GossipKey) => Keyring;

/** What each operation makes of a keyring; the same keyring when there is nothing to do. */
const CHANGES: Readonly<Record<'install' | 'use' | 'remove', Change>> = {
  install: (keyring, key) => (has(keyring, key) ? keyring : [...keyring, key]),
  use(keyring, key) {
    if (isSame(key)(keyring[0])) return keyring;
    if (!has(keyring, key)) throw new OpsbroError('conflict', 'Requested key is not in the keyring');
    return [key, ...without(keyring, key)];
  },
  remove(keyring, key) {
    if (isSame(key)(keyring[0])) throw new OpsbroError('conflict', 'Removing the primary key is not allowed');
    const [primary, ...others] = keyring;
    return has(keyring, key) ? [primary, ...without(others, key)] : keyring;
  },
};

const isSame =
  (key: GossipKey) =>
  ({ secret }: GossipKey): boolean =>
    secret.equals(key.secret);
const has = (keyring: Keyring, key: GossipKey): boolean => keyring.some(isSame(key));
const without = (keys: readonly GossipKey[], key: GossipKey): GossipKey[] => keys.filter((one) => !isSame(key)(one));
const bytesOf = ({ secret }: GossipKey): Uint8Array => new Uint8Array(secret.export());

/** Equal for contents between which nothing changes for who uses the keys. */
function signOf(content: Content): string {
  if (content.state === 'open') return 'open';
  if (content.state === 'closed') return `closed ${content.problem}`;
  return content.keyring.map(({ fingerprint }) => fingerprint).join(' ');
}

async function contentOf(file: KeyFile): Promise<Content> {
  try {
    const text = await file.read();
    if (text === undefined) return { state: 'open' };
    const read = readKeyFile(text);
    if ('problem' in read) return { state: 'closed', problem: `${file.path}: ${read.problem}` };
    return { state: 'keyed', keyring: keyringOf(read), form: read.form };
  } catch (error) {
    return { state: 'closed', problem: `${file.path} cannot be read: ${messageOf(error)}` };
  }
}

function keyringOf({ keys: [primary, ...others] }: KeyFileContent): Keyring {
  return [keyOf(primary), ...others.map(keyOf)];
}

function keyOf(bytes: Uint8Array): GossipKey {
  const key = gossipKey(bytes);
  if (!key) throw new Error('a key of a key file has a length of keys');
  return key;
}
