import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '../base/errors.ts';

/** The version of a file that was last without errors. */
export interface GoodCopy {
  readonly text: string;
  /** When it was first read, in epoch milliseconds. */
  readonly since: number;
}

const LONGEST_NAME = 100;

/**
 * The last good version of every configuration file, on disk, so that a file that is broken now can stand aside for it, also after a
 * restart. The copies hold whatever secrets the files hold: nobody else may read them.
 */
export class LastGood {
  readonly #directory: string;
  readonly #shipped: string;
  /** Digests of the copies, as far as they are known. */
  readonly #digests = new Map<string, string>();

  /** Files below `shipped` come with the program and are not kept. Nothing is made before the first file is. */
  constructor(directory: string, shipped: string) {
    this.#directory = directory;
    this.#shipped = join(shipped, '/');
  }

  /** The copies there are of these files, by their paths. */
  async copiesOf(files: Iterable<string>): Promise<ReadonlyMap<string, GoodCopy>> {
    const copies = new Map<string, GoodCopy>();
    for (const file of files) {
      const copy = await this.#copyOf(file);
      if (copy) copies.set(file, copy);
    }
    return copies;
  }

  /** Keeps these files, by path, and forgets all others but those in `also`. What is kept already is not written again. */
  async keep(texts: ReadonlyMap<string, string>, also: ReadonlySet<string>): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const own = [...texts].filter(([file]) => !file.startsWith(this.#shipped));
    for (const [file, text] of own) await this.#keep(file, text);
    const wanted = new Set([...own.map(([file]) => file), ...also].map(nameOf));
    for (const name of await readdir(this.#directory)) {
      if (wanted.has(name)) continue;
      this.#digests.delete(name);
      await rm(join(this.#directory, name), { force: true, recursive: true });
    }
  }

  async #keep(file: string, text: string): Promise<void> {
    const name = nameOf(file);
    const digest = digestOf(text);
    const known = this.#digests.get(name) ?? (await this.#digestOnDisk(file));
    this.#digests.set(name, digest);
    if (known === digest) return;
    const path = join(this.#directory, name);
    const temporary = `${path}.tmp`;
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, path);
  }

  async #digestOnDisk(file: string): Promise<string | undefined> {
    const copy = await this.#copyOf(file);
    return copy && digestOf(copy.text);
  }

  async #copyOf(file: string): Promise<GoodCopy | undefined> {
    const path = join(this.#directory, nameOf(file));
    try {
      const [text, { mtimeMs: since }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      return { text, since };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Two files of one name in different directories do not meet. */
const nameOf = (file: string): string =>
  `${createHash('sha256').update(file).digest('hex').slice(0, 16)}-${basename(file).slice(-LONGEST_NAME)}`;
