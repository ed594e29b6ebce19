/** The form of exported keys: a head, one line for each key, and a last line with a checksum of all before it. */
import { createHash } from 'node:crypto';
import type { KvEntry } from './kv.ts';
import { consulEntries, entryIn, type Fields, fieldsOf } from './kv-export-entry.ts';

/** Where an export comes from. */
export interface ExportHead {
  readonly zone: string;
  readonly node: string;
  /** ISO 8601. */
  readonly time: string;
  readonly prefix: string;
}

/** Writes the lines of an export one after the other. */
export class ExportWriter {
  readonly #hash = createHash('sha256');
  #count = 0;

  head({ zone, node, time, prefix }: ExportHead): string {
    return this.#hashed({ format: 'opsbro-kv', version: 1, zone, node, time, prefix });
  }

  entry({ key, value, version, created, modified, expires }: KvEntry): string {
    this.#count += 1;
    return this.#hashed({
      key,
      value: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'),
      version,
      created: new Date(created).toISOString(),
      modified: new Date(modified).toISOString(),
      expires: expires === null ? null : new Date(expires).toISOString(),
    });
  }

  /** The last line. */
  end(): string {
    return `${JSON.stringify({ end: true, count: this.#count, sha256: this.#hash.digest('hex') })}\n`;
  }

  #hashed(value: object): string {
    const line = `${JSON.stringify(value)}\n`;
    this.#hash.update(line);
    return line;
  }
}

/** What an export holds. */
export interface Exported {
  readonly entries: readonly KvEntry[];
  /** Lines that could not be read; only where that is no reason to refuse it all. */
  readonly broken: number;
}

/** Why an export is not taken, as a sentence. */
export interface Unreadable {
  readonly fault: string;
}

/** How an export is read: refused as soon as anything is wrong with it, or taken for what is whole. */
export type ExportReading = 'strict' | 'lenient';

/**
 * The entries of an export, or of one that Consul made. What is no export, what lacks its end and what was changed since is refused; by a
 * lenient reading only what is no export at all.
 */
export function readExport(bytes: Uint8Array, reading: ExportReading): Exported | Unreadable {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (/^\s*\[/.test(text.toString('latin1', 0, 64))) return consulEntries(text.toString());
  const lines = [...linesOf(text)];
  const head: Fields = fieldsOf(parsed(lines[0]));
  if (head['format'] !== 'opsbro-kv') {
    return { fault: 'this is no export of keys: its first line does not say "format":"opsbro-kv"' };
  }
  if (head['version'] !== 1)
    return { fault: `the export has version ${String(head['version'])}; version 1 can be read` };
  const fault = reading === 'strict' ? faultOfEnd(lines, text) : undefined;
  return fault === undefined ? entriesOf(lines.slice(1), reading) : { fault };
}

function* linesOf(text: Buffer): Generator<Buffer> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(10, at);
    yield text.subarray(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end + 1;
  }
}

function faultOfEnd(lines: readonly Buffer[], text: Buffer): string | undefined {
  const last = lines.at(-1);
  const end = fieldsOf(parsed(last));
  if (last === undefined || end['end'] !== true) return `the export breaks off: its last line is missing; ${FORCE}`;
  const sum = createHash('sha256').update(text.subarray(0, last.byteOffset - text.byteOffset));
  if (end['count'] === lines.length - 2 && end['sha256'] === sum.digest('hex')) return undefined;
  return `the export was changed: its checksum does not fit; ${FORCE}`;
}

const FORCE = 'with force what is whole is taken';

function entriesOf(lines: readonly Buffer[], reading: ExportReading): Exported | Unreadable {
  const entries: KvEntry[] = [];
  let broken = 0;
  for (const [at, line] of lines.entries()) {
    const fields = fieldsOf(parsed(line));
    if (fields['end'] === true) continue;
    const entry = entryIn(fields);
    if (entry !== undefined) entries.push(entry);
    else if (reading === 'lenient') broken += 1;
    else return { fault: `line ${at + 2} of the export is no key` };
  }
  return { entries, broken };
}

function parsed(line: Buffer | undefined): unknown {
  try {
    return JSON.parse(line?.toString() ?? '');
  } catch {
    return undefined;
  }
}
