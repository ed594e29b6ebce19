import { Fields } from './fields.ts';
import { bytesOf, Float, pack, struct } from './pack.ts';
import { guarded, isMalformed, Refused } from './refusal.ts';

/** A place in the network coordinate space of Serf (Vivaldi). */
export interface Coordinate {
  readonly adjustment: number;
  readonly error: number;
  readonly height: number;
  /** Eight dimensions, in seconds. */
  readonly vec: readonly number[];
}

/** What the answer to a direct ping tells of the one who answers. */
export interface AckPayload {
  /** `null`: it tells no coordinate. */
  readonly coordinate: Coordinate | null;
  /** The digest of the records that an opsbro node has, at most 64 bytes. */
  readonly opsbro?: Uint8Array;
}

/** Where every node is before its first measurement. */
export const ORIGIN: Coordinate = { adjustment: 0, error: 1.5, height: 1e-5, vec: [0, 0, 0, 0, 0, 0, 0, 0] };

/** The only version that other Serf agents read without an error. */
const VERSION = 1;
const OPSBRO_LIMIT = 64;
const DIMENSIONS = 8;

export function encodeAckPayload({ coordinate, opsbro }: AckPayload): Uint8Array {
  const place = coordinate && {
    Adjustment: new Float(coordinate.adjustment),
    Error: new Float(coordinate.error),
    Height: new Float(coordinate.height),
    Vec: coordinate.vec.map((value) => new Float(value)),
  };
  return bytesOf([Uint8Array.of(VERSION), pack(struct({ ...place, OpsBro: opsbro }))]);
}

/** What an ack's payload says; `undefined` when it says nothing that can be understood, which is no fault. */
export function decodeAckPayload(payload: Uint8Array): AckPayload | undefined {
  if (payload[0] !== VERSION) return undefined;
  const read = guarded(() => readAckPayload(Fields.read(payload, 1)));
  return isMalformed(read) ? undefined : read;
}

function readAckPayload(fields: Fields): AckPayload {
  const opsbro = fields.bytesOrNull('OpsBro');
  if (opsbro && opsbro.length > OPSBRO_LIMIT) throw new Refused('tooBig');
  return { coordinate: readCoordinate(fields), ...(opsbro && { opsbro }) };
}

function readCoordinate(fields: Fields): Coordinate | null {
  const vec = fields.list('Vec').map((value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Refused('malformed');
    return value;
  });
  if (vec.length !== DIMENSIONS) return null;
  return {
    adjustment: fields.number('Adjustment'),
    error: fields.number('Error'),
    height: fields.number('Height'),
    vec,
  };
}
