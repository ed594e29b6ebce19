import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Of one file the end is what tells. */
const MOST_BYTES = 4_194_304;

/** What is wanted of the log files of a part. */
interface Wanted {
  /** The newest so many. */
  readonly lines: number;
  /** Epoch milliseconds; what is older is left out. */
  readonly since?: number;
}

/** The newest lines of a part, oldest first; `undefined` when it has no file. Files of past days are read as far as they are needed. */
export function linesOfPart(directory: string, part: string, { lines, since }: Wanted): readonly string[] | undefined {
  const files = filesOf(directory, part);
  if (files.length === 0) return undefined;
  let found: string[] = [];
  for (const file of files) {
    const all = endOf(join(directory, file)).split('\n');
    const fresh = all.filter((line) => line !== '' && (since === undefined || isFrom(line, since)));
    found = [...fresh, ...found];
    if (found.length >= lines || (since !== undefined && fresh.length === 0)) break;
  }
  return found.slice(-lines);
}

/** Newest first: the present file, then by day, of one day the one with the highest number first. */
function filesOf(directory: string, part: string): string[] {
  const pattern = /^(.+)\.log(?:\.(\d{4}-\d\d-\d\d)(?:\.(\d+))?)?$/;
  return namesIn(directory)
    .flatMap((name) => {
      const [, of, day = '9999', number = '0'] = pattern.exec(name) ?? [];
      return of === part ? [{ name, order: `${day} ${number.padStart(4, '0')}` }] : [];
    })
    .sort((a, b) => (a.order < b.order ? 1 : -1))
    .map(({ name }) => name);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // an agent that never wrote a file has no such directory
  }
}

function endOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const from = Math.max(0, size - MOST_BYTES);
    const bytes = Buffer.alloc(size - from);
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, from));
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    closeSync(file);
  }
}

/** Whether a line, in either form, was written then or later. A line without a time counts: it belongs to one before it. */
function isFrom(line: string, since: number): boolean {
  const [, text, json] = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\]|^\{"time":"([^"]+)"/.exec(line) ?? [];
  const at = Date.parse(json ?? text?.replace(' ', 'T') ?? '');
  return Number.isNaN(at) || at >= since;
}
