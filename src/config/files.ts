import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Problem } from '../model/pack.ts';
import { noteFile, textInstead } from './files-read.ts';
import { parseYaml, type YamlText } from './yaml.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 16;
const MAX_FILES = 10_000;

/** Names that are read; those of editors' and packagers' leftovers end differently or begin with a dot. */
const READ = /^[^.].*\.(?:ya?ml|json)$/;

/** Reads one file as YAML. A file that cannot be read or is longer than 1 MiB gives no document and one problem. */
export async function readYamlFile(file: string): Promise<YamlText & { readonly text: string }> {
  const refused = (message: string) => {
    noteFile(file, '');
    const problem: Problem = { level: 'error', file, line: 0, column: 0, key: '', message };
    return { text: '', documents: [], problems: [problem] };
  };
  try {
    const instead = textInstead(file);
    const { size } = instead === undefined ? await stat(file) : { size: 0 };
    if (size > MAX_BYTES) return refused(`is ${size} bytes long (expected at most ${MAX_BYTES})`);
    const text = instead ?? (await readFile(file, 'utf8'));
    noteFile(file, text);
    return { text, ...parseYaml(text, file) };
  } catch (error) {
    return refused(`cannot be read: ${messageOf(error)}`);
  }
}

/** A place to look for files, and what to leave out there. */
export interface Scan {
  readonly directory: string;
  /** Names of directories right below that are not looked into. */
  readonly skip?: ReadonlySet<string>;
}

/** What was found by looking through directories. */
export interface Scanned {
  /** Paths below the directory, in byte order. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The YAML files below a directory, 16 levels deep at most; a directory is looked into once, however many links lead to it. A directory
 * that is not there has no files.
 */
export async function yamlFilesBelow({ directory, skip = new Set() }: Scan): Promise<Scanned> {
  const files: string[] = [];
  const problems: Problem[] = [];
  const report = (file: string, message: string) => {
    problems.push({ level: 'warning', file, line: 0, column: 0, key: '', message });
  };
  const seen = new Set<string>();
  const open = [{ below: '', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { below, depth } = next;
    const real = await realpath(join(directory, below)).catch(() => undefined);
    if (real === undefined || seen.has(real)) continue;
    seen.add(real);
    if (depth > MAX_DEPTH) {
      report(join(directory, below), `is nested deeper than ${MAX_DEPTH} directories and left out`);
      continue;
    }
    const found = await entriesOf(join(directory, below), report);
    const paths = (kind: Kind) => found.filter((entry) => entry.kind === kind).map(({ name }) => join(below, name));
    const isRead = (path: string) => READ.test(basename(path));
    files.push(...paths('file').filter(isRead));
    for (const path of paths('other').filter(isRead))
      report(join(directory, path), 'is no file, or a link to none, and left out');
    const directories = paths('directory').filter((path) => !skip.has(path));
    open.push(...directories.reverse().map((path) => ({ below: path, depth: depth + 1 })));
  }
  if (files.length > MAX_FILES) report(directory, `holds more than ${MAX_FILES} files; the others are left out`);
  return { files: files.sort(byBytes).slice(0, MAX_FILES), problems };
}

type Kind = 'directory' | 'file' | 'other';
type Report = (file: string, message: string) => void;

/** Names of the directories right below a directory, in byte order; none when it is not there. */
export async function directoriesIn(directory: string): Promise<string[]> {
  const found = await entriesOf(directory, () => undefined);
  return found.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
}

async function entriesOf(directory: string, report: Report): Promise<{ name: string; kind: Kind }[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true });
    const entries = found.filter(({ name }) => !name.startsWith('.')).sort((a, b) => byBytes(a.name, b.name));
    return await Promise.all(
      entries.map(async (entry) => ({
        name: entry.name,
        kind: entry.isSymbolicLink() ? await kindAt(join(directory, entry.name)) : kindOf(entry),
      })),
    );
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') report(directory, `cannot be read: ${messageOf(error)}`);
    return [];
  }
}

/** What is at a path, links followed. */
async function kindAt(path: string): Promise<Kind> {
  const found = await stat(path).catch(() => undefined);
  return found ? kindOf(found) : 'other';
}

function kindOf(found: { isDirectory(): boolean; isFile(): boolean }): Kind {
  if (found.isDirectory()) return 'directory';
  return found.isFile() ? 'file' : 'other';
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Those of the paths that are files. */
export async function existing(paths: readonly string[]): Promise<string[]> {
  const kinds = await Promise.all(paths.map(kindAt));
  return paths.filter((_, index) => kinds[index] === 'file');
}
