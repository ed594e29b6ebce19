import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, systemCode } from '../base/errors.ts';

/** What runs the checks of a file. */
export type FileKind = 'javascript' | 'python' | 'yaml';

/** A check file as it lies there. */
export interface CheckFile {
  readonly path: string;
  readonly kind: FileKind;
  /** Differs when the content does. */
  readonly revision: string;
  /** Why it must not be run; empty when it may. */
  readonly fault: string;
}

/** A folder of a check directory. */
export interface ServiceFolder {
  readonly service: string;
  readonly directory: string;
  /** By path. */
  readonly files: readonly CheckFile[];
  /** Differs when one of the other files of code does, which check files import. */
  readonly rest: string;
}

const KINDS: readonly (readonly [RegExp, FileKind])[] = [
  [/_check\.(?:js|mjs|ts)$/, 'javascript'],
  [/_check\.py$/, 'python'],
  [/_check\.(?:ya?ml|json)$/, 'yaml'],
];
const CODE = /\.(?:js|mjs|cjs|ts|py)$/;
const SERVICE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const MOST_SERVICES = 200;
const MOST_FILES = 200;
const MAX_BYTES = 1_048_576;
const WRITABLE_BY_OTHERS = 0o022;

interface Seen {
  readonly mark: string;
  readonly revision: string;
}

/** Looks at check directories again and again; files are read only when their time or size changed. */
export class FolderScan {
  readonly #seen = new Map<string, Seen>();

  /** The service folders below these directories, by name; of two with one name the later counts. */
  async look(directories: readonly string[]): Promise<Map<string, ServiceFolder>> {
    const found = new Map<string, ServiceFolder>();
    for (const directory of directories) {
      for (const service of (await namesIn(directory)).filter((name) => SERVICE.test(name)).slice(0, MOST_SERVICES)) {
        const folder = await this.#folder(service, join(directory, service));
        if (folder) found.set(service, folder);
      }
    }
    return found;
  }

  async #folder(service: string, directory: string): Promise<ServiceFolder | undefined> {
    const status = await statusOf(directory);
    if (!status?.isDirectory()) return undefined;
    const names = (await namesIn(directory)).sort().slice(0, MOST_FILES);
    const files: CheckFile[] = [];
    const rest: string[] = [];
    const danger = dangerOf(directory, status);
    for (const name of names) {
      const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1];
      if (kind) files.push(await this.#file(join(directory, name), kind, danger));
      else if (CODE.test(name)) rest.push(`${name} ${(await markOf(join(directory, name))) ?? ''}`);
    }
    return { service, directory, files, rest: rest.join('\n') };
  }

  async #file(path: string, kind: FileKind, danger: string): Promise<CheckFile> {
    const fault = danger === '' ? await faultOf(path, kind) : danger;
    if (fault !== '') return { path, kind, revision: fault, fault };
    const mark = (await markOf(path)) ?? '';
    const seen = this.#seen.get(path);
    if (seen?.mark === mark) return { path, kind, revision: seen.revision, fault: '' };
    const revision = createHash('sha256')
      .update(await readFile(path).catch(() => ''))
      .digest('hex')
      .slice(0, 16);
    this.#seen.set(path, { mark, revision });
    return { path, kind, revision, fault: '' };
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

const statusOf = (path: string) => stat(path).catch(() => undefined);

async function markOf(path: string): Promise<string | undefined> {
  const status = await statusOf(path);
  return status && `${status.mtimeMs} ${status.size} ${status.ino}`;
}

async function faultOf(path: string, kind: FileKind): Promise<string> {
  try {
    const status = await stat(path);
    if (!status.isFile()) return 'is no file';
    if (status.size > MAX_BYTES) return `is ${status.size} bytes long (expected at most ${MAX_BYTES})`;
    if (kind === 'javascript' && path.endsWith('.ts') && !stripsTypes()) {
      return `Node ${process.versions.node} cannot run TypeScript; write it as .js, or use Node 22.18 or newer`;
    }
    return kind === 'yaml' ? '' : dangerOf(path, status);
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
}

/** Whoever may change code that the agent runs may run code as the agent. */
function dangerOf(path: string, { uid, mode }: { readonly uid: number; readonly mode: number }): string {
  const own = process.getuid?.() ?? uid;
  if (uid !== 0 && uid !== own) return `${path} belongs to user ${uid} (expected root or ${own})`;
  return (mode & WRITABLE_BY_OTHERS) === 0 ? '' : `others may write ${path}; chmod go-w it`;
}

const stripsTypes = (): boolean => Boolean((process.features as { readonly typescript?: unknown }).typescript);

/** The name of a check file without its ending, as checks without a name of their own are called. */
export const stemOf = (path: string): string => basename(path).replace(/_check\.\w+$/, '');
