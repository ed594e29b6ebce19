import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Level } from '../model/pack.ts';
import type { DescribedPack } from './descriptor.ts';

/** Directories of a pack that hold code, and the kind of plugin in each. */
export const CODE_FOLDERS = {
  collectors: 'collector',
  detectors: 'detector',
  checks: 'check',
  handlers: 'handler',
  functions: 'function',
  hostingdrivers: 'hosting',
  pollsters: 'pollster',
} as const;

/** Kinds of plugins that packs may bring. */
export type CodeKind = (typeof CODE_FOLDERS)[keyof typeof CODE_FOLDERS];

/** Files of which the code of a pack consists, one plugin each. */
const CODE = /^[^.].*\.[jt]s$/;
/** What the zone says comes from other machines: code does not. */
const TRUSTED: ReadonlySet<Level> = new Set<Level>(['core', 'global', 'local']);
const MAX_BYTES = 1_048_576;
const WRITABLE_BY_OTHERS = 0o022;

/** A file with the code of one plugin; `fault` says why it must not run. */
export interface CodeFile {
  readonly pack: DescribedPack;
  readonly kind: CodeKind;
  readonly path: string;
  /** Differs when the content does. */
  readonly revision: string;
  readonly fault: string;
}

/** The code of a pack, by folder and name. */
export async function codeFilesOf(pack: DescribedPack): Promise<CodeFile[]> {
  const files: CodeFile[] = [];
  for (const [folder, kind] of Object.entries(CODE_FOLDERS)) {
    const directory = join(pack.directory, folder);
    for (const name of await namesIn(directory)) {
      const path = join(directory, name);
      files.push({ pack, kind, path, ...(await judged(path, [pack.directory, directory], pack.level)) });
    }
  }
  return files;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => CODE.test(name) && !name.endsWith('.d.ts')).sort();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

/** Whoever may change the file or its directories may run code as the agent. */
async function judged(path: string, directories: readonly string[], level: Level) {
  const refused = (fault: string) => ({ revision: '', fault });
  if (!TRUSTED.has(level)) return refused(`code of packs runs only from the levels ${[...TRUSTED].join(', ')}`);
  if (path.endsWith('.ts') && !stripsTypes()) {
    return refused(`Node ${process.versions.node} cannot run TypeScript; write it as .js, or use Node 22.18 or newer`);
  }
  try {
    for (const place of [...directories, path]) {
      const { uid, mode, size } = await stat(place);
      const own = process.getuid?.() ?? uid;
      if (uid !== 0 && uid !== own) return refused(`${place} belongs to user ${uid} (expected root or ${own})`);
      if ((mode & WRITABLE_BY_OTHERS) !== 0) return refused(`others may write ${place}; chmod go-w it`);
      if (place === path && size > MAX_BYTES) return refused(`is ${size} bytes long (expected at most ${MAX_BYTES})`);
    }
    return {
      revision: createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
        .slice(0, 16),
      fault: '',
    };
  } catch (error) {
    return refused(`cannot be read: ${messageOf(error)}`);
  }
}

const stripsTypes = (): boolean => Boolean((process.features as { readonly typescript?: unknown }).typescript);
