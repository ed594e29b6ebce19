import { chownSync, mkdirSync, statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemCode } from '../base/errors.ts';
import { gossipKeyFile, LONGEST_KEY_FILE, readKeyFile, zoneOfKeyFile } from '../config/zone-key-file.ts';
import type { KeyFile } from '../gossip/zone-keys.ts';
import { writeSmallFile } from './small-file.ts';

/** Only their owner may read keys. */
const OTHERS = 0o077;
const KEY = /\.(?:gossip|exec)\.key$/;
const RSA = /\.(?:private|public)\.key$/;
const MOST_FILES = 10_000;

/** Something about a file that a person should know. */
export interface KeyRemark {
  readonly code: 'readable' | 'rsa' | 'unreadable';
  readonly text: string;
}

/** The keys of a zone, or why there are none. */
export type KeysRead = { readonly keys: readonly Uint8Array[] } | { readonly problem: string };

/** The directory `zone_keys` of a configuration. */
export class ZoneKeyFiles {
  readonly directory: string;

  constructor(config: string) {
    this.directory = join(config, 'zone_keys');
  }

  /** The file with the gossip keys of a zone. Reading fails when it is no file, or far too long. */
  file(zone: string): KeyFile {
    const path = join(this.directory, gossipKeyFile(zone));
    return { path, read: () => readBounded(path), write: async (text) => writeKeyFile(path, text) };
  }

  /** By zone, all gossip keys that are held here. */
  async read(): Promise<ReadonlyMap<string, KeysRead>> {
    const found = new Map<string, KeysRead>();
    for (const name of await this.#names().catch(() => [])) {
      const zone = zoneOfKeyFile(name);
      if (zone !== undefined) found.set(zone, await keysIn(this.file(zone)));
    }
    return found;
  }

  /** What is odd about the files that lie here. */
  async remarks(): Promise<readonly KeyRemark[]> {
    try {
      const names = await this.#names();
      const remarks = await Promise.all(names.map((name) => remarkOn(join(this.directory, name), name)));
      return remarks.flat();
    } catch (error) {
      return [{ code: 'unreadable', text: `${this.directory} cannot be read: ${messageOf(error)}` }];
    }
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.directory)).sort().slice(0, MOST_FILES);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    }
  }
}

/** Writes a file that only its owner may read; that is the owner of the configuration also when root does it for him. */
export function writeKeyFile(path: string, text: string): void {
  const directory = dirname(path);
  const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid, gid } = statSync(made === undefined ? directory : dirname(made));
  const isForeign = process.getuid?.() === 0 && uid !== 0;
  if (made !== undefined && isForeign) chownSync(directory, uid, gid);
  writeSmallFile(path, text, 0o600);
  if (isForeign) chownSync(path, uid, gid);
}

async function readBounded(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size > LONGEST_KEY_FILE) {
      throw new Error(`it is ${found.size} bytes long (expected at most ${LONGEST_KEY_FILE})`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function keysIn(file: KeyFile): Promise<KeysRead> {
  try {
    const text = await file.read();
    const read = text === undefined ? { problem: 'is gone' } : readKeyFile(text);
    return 'problem' in read ? { problem: `${file.path}: ${read.problem}` } : { keys: read.keys };
  } catch (error) {
    return { problem: `${file.path} cannot be read: ${messageOf(error)}` };
  }
}

async function remarkOn(path: string, name: string): Promise<KeyRemark[]> {
  if (RSA.test(name)) {
    return [{ code: 'rsa', text: `${path}: RSA executor keys are not used; run opsbro executors keygen` }];
  }
  const found = KEY.test(name) ? await stat(path).catch(() => undefined) : undefined;
  if (!found || (found.mode & OTHERS) === 0) return [];
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  return [{ code: 'readable', text: `${path} can be read or changed by others (mode ${mode}); run chmod 600 ${path}` }];
}
