import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../base/errors.ts';
import { OUR_MARK } from './host-file.ts';

/** The id of a node, and nothing that leads to another directory. */
const NODE_ID = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;
const FILE = /^(.+)\.cfg$/;

/** Whether a file of ours may carry this id: it comes from the network. */
export const isExportable = (id: string): boolean => NODE_ID.test(id);

/** The directory with a file for each node; answers of its methods say whether anything was changed. */
export class HostDirectory {
  readonly #path: string;
  /** What is in the files, as far as it was looked at. */
  readonly #known = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Puts the text into the file of a node, unless it is there. Makes the directory. */
  async write(id: string, content: string): Promise<boolean> {
    const digest = createHash('sha1').update(content).digest('hex');
    if ((this.#known.get(id) ?? (await this.#written(id))) === digest) {
      this.#known.set(id, digest);
      return false;
    }
    this.#known.delete(id);
    await mkdir(this.#path, { recursive: true, mode: 0o755 });
    await this.#replace(`${id}.cfg`, content);
    await this.#replace(`${id}.sha1`, `${digest}\n`);
    this.#known.set(id, digest);
    return true;
  }

  /** Takes the file of a node away, if it is ours. */
  async remove(id: string): Promise<boolean> {
    this.#known.delete(id);
    if (!isExportable(id) || !(await this.#isOurs(`${id}.cfg`))) return false;
    await rm(join(this.#path, `${id}.cfg`), { force: true });
    await rm(join(this.#path, `${id}.sha1`), { force: true });
    return true;
  }

  /** Takes away the files of ours of all nodes but these. */
  async keepOnly(ids: ReadonlySet<string>): Promise<boolean> {
    let hasChanged = false;
    for (const name of await this.#names()) {
      const [, id = ''] = FILE.exec(name) ?? [];
      if (id !== '' && !ids.has(id) && (await this.remove(id))) hasChanged = true;
    }
    return hasChanged;
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.#path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** The digest of what was written before this agent started, if its file is still there. */
  async #written(id: string): Promise<string | undefined> {
    const isThere = await lstat(join(this.#path, `${id}.cfg`)).then(
      (found) => found.isFile(),
      () => false,
    );
    return isThere ? (await this.#beginning(`${id}.sha1`, 64))?.trim() : undefined;
  }

  async #isOurs(name: string): Promise<boolean> {
    return (await this.#beginning(name, OUR_MARK.length)) === OUR_MARK;
  }

  /** So many bytes from the start of a file; `undefined` where there is none, or a link. */
  async #beginning(name: string, bytes: number): Promise<string | undefined> {
    try {
      await using file = await open(join(this.#path, name), constants.O_RDONLY | constants.O_NOFOLLOW);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } catch {
      return undefined;
    }
  }

  /** A link in its place is replaced, not followed. */
  async #replace(name: string, content: string): Promise<void> {
    const temporary = join(this.#path, `.${name}.${process.pid}.tmp`);
    await rm(temporary, { force: true });
    try {
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      await using file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
      await file.writeFile(content);
      await file.sync();
      await rename(temporary, join(this.#path, name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}
