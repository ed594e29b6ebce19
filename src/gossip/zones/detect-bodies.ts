import { ipBytes } from '../../base/ip.ts';
import { Fields } from '../wire/fields.ts';
import { bytesOf, type Packable, pack, struct } from '../wire/pack.ts';
import { guarded, isMalformed, Refused } from '../wire/refusal.ts';
import { textOf } from '../wire/unpack.ts';

/** Who asks the network who is there. */
export interface DetectRequest {
  readonly zone: string;
  /** Tells the answers to this question from others; 8 bytes. */
  readonly nonce: Uint8Array;
}

/** Who answers. */
export interface DetectAnswer {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  /** Where it says that others reach it; missing when it does not say. */
  readonly address?: string | undefined;
  readonly port: number;
  /** Where it listens for peers; 0 when it does not. */
  readonly peerPort: number;
  readonly isProxy: boolean;
  readonly groups: readonly string[];
  /** That of the question. */
  readonly nonce: Uint8Array;
}

const VERSION = 1;
const NONCE_BYTES = 8;
const MAX_NAME = 128;
const MAX_GROUPS = 64;

/** The body of a question, `padding` bytes longer than it had to be. */
export function packRequest({ zone, nonce }: DetectRequest, padding: number): Uint8Array {
  return pack(struct({ N: nonce, Pad: padding > 0 ? new Uint8Array(padding) : undefined, V: VERSION, Z: zone }));
}

/** The body of an answer of at most `limit` bytes: groups that do not fit are left out, all of them. */
export function packAnswer(answer: DetectAnswer, limit: number): Uint8Array {
  const full = pack(answerFields(answer));
  return full.length <= limit ? full : pack(answerFields({ ...answer, groups: [] }));
}

/** The question in a body; nothing when it is none of a kind that is known. */
export function readRequest(body: Uint8Array): DetectRequest | undefined {
  return read(body, (fields) => ({ zone: fields.text('Z', MAX_NAME), nonce: nonceOf(fields) }));
}

/** The answer in a body; nothing when it is none of a kind that is known. */
export function readAnswer(body: Uint8Array): DetectAnswer | undefined {
  return read(body, (fields) => ({
    id: fields.text('I', MAX_NAME),
    name: fields.nodeName('S'),
    zone: fields.text('Z', MAX_NAME),
    address: fields.bytesOrNull('A') === null ? undefined : fields.address('A'),
    port: fields.port('P'),
    peerPort: fields.port('PP'),
    isProxy: fields.boolean('X'),
    groups: fields.list('G').slice(0, MAX_GROUPS).map(groupOf),
    nonce: nonceOf(fields),
  }));
}

/** Whether two nonces are the same. */
export const sameNonce = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function answerFields({
  id,
  name,
  zone,
  address = '',
  port,
  peerPort,
  isProxy,
  groups,
  nonce,
}: DetectAnswer): Packable {
  const place = { A: ipBytes(address), P: port, PP: peerPort === 0 ? undefined : peerPort };
  return struct({ G: groups, I: id, N: nonce, ...place, S: name, V: VERSION, X: isProxy, Z: zone });
}

function read<Body>(body: Uint8Array, readFields: (fields: Fields) => Body): Body | undefined {
  const outcome = guarded(() => {
    const fields = Fields.read(bytesOf([body]), 0);
    if (fields.integer('V') !== VERSION) throw new Refused('malformed');
    return readFields(fields);
  });
  return isMalformed(outcome) ? undefined : outcome;
}

function nonceOf(fields: Fields): Uint8Array {
  const nonce = fields.bytes('N');
  if (nonce.length !== NONCE_BYTES) throw new Refused('malformed');
  return nonce;
}

function groupOf(value: unknown): string {
  const group = value instanceof Uint8Array && value.length <= MAX_NAME ? textOf(value) : undefined;
  if (group === undefined) throw new Refused('malformed');
  return group;
}
