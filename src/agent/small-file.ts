import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '../base/errors.ts';

/** Writes a small file so that after a crash either the old or the new content is there: temporary file, fsync, rename. */
export function writeSmallFile(path: string, text: string, mode = 0o640): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeThrough(temporary, text, mode);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** There is no such file, or what stands in its path is no directory. */
const MISSING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/** The text of a file, or `undefined` when there is none. */
export function readSmallFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (MISSING.has(systemCode(error))) return undefined;
    throw error;
  }
}

function writeThrough(path: string, text: string, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
