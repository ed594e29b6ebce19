import { Refused } from './refusal.ts';

/** What a packed value starts with: its family, where its body is, and the size of the body in bytes, items or pairs. */
export interface Head {
  readonly family: Family;
  readonly body: number;
  readonly size: number;
}

export type Family =
  | 'small'
  | 'nil'
  | 'false'
  | 'true'
  | 'unsigned'
  | 'signed'
  | 'float'
  | 'raw'
  | 'skipped'
  | 'list'
  | 'map';

/** Families from byte c0 on: either a body of a fixed number of bytes, or a length field of so many bytes. */
type Row = readonly [family: Family, fixed: number] | readonly [family: Family, fixed: number, lengthBytes: number];
const ROWS: readonly (Row | undefined)[] = [
  ['nil', 0],
  undefined,
  ['false', 0],
  ['true', 0],
  ['raw', 0, 1],
  ['raw', 0, 2],
  ['raw', 0, 4],
  ['skipped', 1, 1],
  ['skipped', 1, 2],
  ['skipped', 1, 4],
  ['float', 4],
  ['float', 8],
  ['unsigned', 1],
  ['unsigned', 2],
  ['unsigned', 4],
  ['unsigned', 8],
  ['signed', 1],
  ['signed', 2],
  ['signed', 4],
  ['signed', 8],
  ['skipped', 2],
  ['skipped', 3],
  ['skipped', 5],
  ['skipped', 9],
  ['skipped', 17],
  ['raw', 0, 1],
  ['raw', 0, 2],
  ['raw', 0, 4],
  ['list', 0, 2],
  ['list', 0, 4],
  ['map', 0, 2],
  ['map', 0, 4],
];

/** Reads the head of the value at `at`; `undefined` when it is not all there yet. Refuses the one byte that starts nothing. */
export function readHead(bytes: Buffer, at: number): Head | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80 || first >= 0xe0) return { family: 'small', body: at, size: 1 };
  if (first < 0x90) return { family: 'map', body: at + 1, size: first & 0x0f };
  if (first < 0xa0) return { family: 'list', body: at + 1, size: first & 0x0f };
  if (first < 0xc0) return { family: 'raw', body: at + 1, size: first & 0x1f };
  const row = ROWS[first - 0xc0];
  if (!row) throw new Refused('malformed');
  const [family, fixed, lengthBytes] = row;
  if (lengthBytes === undefined) return { family, body: at + 1, size: fixed };
  const body = at + 1 + lengthBytes;
  if (body > bytes.length) return undefined;
  return { family, body, size: fixed + bytes.readUIntBE(at + 1, lengthBytes) };
}

/** How deep lists and maps may lie in each other. */
export const MAX_DEPTH = 16;

/**
 * Finds the end of one packed value in bytes that are still arriving. It remembers how far it came, so that all calls together look
 * at each head once, however small the pieces are.
 */
export class ValueScanner {
  #at: number;
  /** Values still to come, of each open list or map; the first is the value itself. */
  readonly #open: number[] = [1];

  constructor(start: number) {
    this.#at = start;
  }

  /** Where the value ends, or `undefined` while bytes are missing. Refuses what no value starts with and what lies too deep. */
  end(bytes: Buffer): number | undefined {
    for (let depth = this.#open.length - 1; depth >= 0; depth = this.#open.length - 1) {
      const left = this.#open[depth] ?? 0;
      if (left === 0) {
        this.#open.pop();
        continue;
      }
      const head = readHead(bytes, this.#at);
      if (!head || !this.#step(head, bytes.length)) return undefined;
      this.#open[depth] = left - 1;
    }
    return this.#at;
  }

  /** Goes over one head, and over its body when that is not made of values. False while the body is not all there. */
  #step({ family, body, size }: Head, available: number): boolean {
    if (family === 'list' || family === 'map') {
      if (this.#open.length > MAX_DEPTH) throw new Refused('tooDeep');
      this.#at = body;
      this.#open.push(family === 'map' ? 2 * size : size);
      return true;
    }
    if (body + size > available) return false;
    this.#at = body + size;
    return true;
  }
}
