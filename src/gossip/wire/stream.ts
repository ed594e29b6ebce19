import { decrypt, encrypt, SEAL_BYTES } from './cipher.ts';
import { compressed, expand } from './compress.ts';
import { Fields } from './fields.ts';
import { ValueScanner } from './head.ts';
import type { GossipKey, Protection, Seal } from './keyring.ts';
import { beginsWith, labelHead, labelOf } from './label.ts';
import type {
  Ack,
  DropReason,
  Failure,
  Malformed,
  NodeEntry,
  Ping,
  SerfMessage,
  SerfState,
  StreamMessage,
} from './messages.ts';
import { bytesOf, pack, struct } from './pack.ts';
import { decode, encode, TYPE } from './packet.ts';
import { encodePushPull, readNodeEntry, readPushPullHead, readSerfState } from './push-pull.ts';
import { guarded, isMalformed, Refused } from './refusal.ts';
import { encodeSerf, readSerf } from './serf.ts';
import { asBuffer } from './unpack.ts';

const MAX_STREAM = 20 * 1024 * 1024;
const MAX_EXPANDED = 40 * 1024 * 1024;
const MAX_NESTING = 4;

/** A whole message of a stream, and a reason for each of its records that was thrown away. */
export interface StreamContent {
  readonly message: StreamMessage;
  readonly dropped: readonly DropReason[];
  /** With which of our keys it was encrypted. */
  readonly key?: GossipKey;
}

/** The marker and the length in front of an encrypted stream. */
const CIPHER_HEAD = 5;

/** The bytes of a stream that carries this message, closed as the pool wants it. */
export function sealStream(message: StreamMessage, { protection, nonce }: Seal): Uint8Array {
  const { keyring, label, compress } = protection;
  const bytes = encodeStream(message);
  const short = compress ? compressed(bytes) : bytes;
  const head = labelHead(label);
  if (!keyring) return head.length === 0 ? short : bytesOf([head, short]);
  const cipherHead = cipherHeadOf(SEAL_BYTES + short.length);
  const attached = bytesOf([cipherHead, labelOf(head)]);
  return bytesOf([head, cipherHead, encrypt(short, keyring[0].secret, nonce(), attached)]);
}

function cipherHeadOf(length: number): Uint8Array {
  const head = Buffer.alloc(CIPHER_HEAD);
  head[0] = TYPE.encrypt;
  head.writeUInt32BE(length, 1);
  return head;
}

/** The bytes of a message as a stream carries it, without anything around. */
function encodeStream(message: StreamMessage): Uint8Array {
  switch (message.kind) {
    case 'pushPull':
      return encodePushPull(message);
    case 'ping':
    case 'ack':
    case 'error':
      return encode(message);
    default: {
      const inner = encodeSerf(message);
      return bytesOf([Uint8Array.of(TYPE.user), pack(struct({ UserMsgLen: inner.length })), inner]);
    }
  }
}

/**
 * Reads the one message of a stream while it arrives. There is no length in front, so every piece is looked at as it comes, each byte
 * once. Never throws; holds at most 20 MiB, and 40 MiB of what it expanded. What others have to have around it (label, key) is decided
 * when the reader is made.
 */
export class StreamReader {
  readonly #arriving: Arriving;
  readonly #reading: Reading<StreamContent>;
  #outcome: StreamContent | Malformed | undefined;

  constructor(protection: Protection) {
    const head = labelHead(protection.label);
    this.#arriving = new Arriving(MAX_STREAM + head.length + (protection.keyring ? CIPHER_HEAD : 0));
    this.#reading = readSealed(this.#arriving, head, protection);
  }

  /** Takes the next piece; `undefined` while more is needed. Once there is an outcome, what follows is ignored. */
  push(chunk: Uint8Array): StreamContent | Malformed | undefined {
    this.#outcome ??= guarded(() => {
      this.#arriving.add(chunk);
      const { done, value } = this.#reading.next();
      return done ? value : undefined;
    });
    return this.#outcome;
  }
}

/** A reader that stops wherever bytes are missing. */
type Reading<T> = Generator<undefined, T, undefined>;

/** The bytes of a stream so far. */
class Arriving {
  #room: Buffer;
  #length: number;
  readonly #limit: number;

  constructor(limit: number, bytes: Uint8Array = new Uint8Array()) {
    this.#limit = limit;
    this.#room = asBuffer(bytes);
    this.#length = bytes.length;
  }

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#limit) throw new Refused('tooBig');
    if (length > this.#room.length) {
      const larger = Buffer.alloc(Math.min(this.#limit, 2 * length));
      larger.set(this.bytes);
      this.#room = larger;
    }
    this.#room.set(chunk, this.#length);
    this.#length = length;
  }

  /** Forgets the first bytes; what follows is counted from there. */
  skip(length: number): void {
    this.#room = this.#room.subarray(length);
    this.#length -= length;
  }

  /** Waits until there are `length` bytes. */
  *reaches(length: number): Reading<void> {
    if (length > this.#limit) throw new Refused('tooBig');
    while (this.#length < length) yield;
  }

  /** Waits until the packed value at `start` is all there, and tells where it ends. */
  *value(start: number): Reading<number> {
    const scanner = new ValueScanner(start);
    for (;;) {
      const end = scanner.end(this.bytes);
      if (end !== undefined) return end;
      yield;
    }
  }
}

/** Takes off the label and the encryption that this pool has; refuses who has others. */
function* readSealed(arriving: Arriving, head: Uint8Array, { keyring }: Protection): Reading<StreamContent> {
  yield* arriving.reaches(1);
  if (head.length > 0 && arriving.bytes[0] === TYPE.label) yield* arriving.reaches(head.length);
  if (!beginsWith(arriving.bytes, head)) throw new Refused('label');
  arriving.skip(head.length);
  yield* arriving.reaches(1);
  const isEncrypted = arriving.bytes[0] === TYPE.encrypt;
  if (isEncrypted !== (keyring !== undefined)) throw new Refused(isEncrypted ? 'encrypted' : 'clearText');
  if (!keyring) return yield* readStream(arriving, 0);
  yield* arriving.reaches(CIPHER_HEAD);
  const cipherHead = Uint8Array.from(arriving.bytes.subarray(0, CIPHER_HEAD));
  const end = CIPHER_HEAD + arriving.bytes.readUInt32BE(1);
  yield* arriving.reaches(end);
  const attached = bytesOf([cipherHead, labelOf(head)]);
  const { plain, key } = decrypt(arriving.bytes.subarray(CIPHER_HEAD, end), keyring, attached);
  return { ...readWhole(plain, 0), key };
}

function* readStream(arriving: Arriving, depth: number): Reading<StreamContent> {
  yield* arriving.reaches(1);
  const [type] = arriving.bytes;
  switch (type) {
    case TYPE.pushPull:
      return yield* readPushPull(arriving);
    case TYPE.user:
      return { message: yield* readUserMessage(arriving), dropped: [] };
    case TYPE.compress:
      return readWhole(expand(yield* readBytes(arriving), MAX_EXPANDED), depth + 1);
    case TYPE.ping:
    case TYPE.ack:
    case TYPE.error:
      return { message: readPlain(yield* readBytes(arriving)), dropped: [] };
    default:
      throw new Refused('unknownType');
  }
}

/** Reads what a stream held that was compressed or encrypted, which must be one whole message. */
function readWhole(bytes: Uint8Array, depth: number): StreamContent {
  if (depth > MAX_NESTING) throw new Refused('tooDeep');
  const { done, value } = readStream(new Arriving(MAX_EXPANDED, bytes), depth).next();
  if (!done) throw new Refused('truncated');
  return value;
}

/** The type byte and the value behind it. */
function* readBytes(arriving: Arriving): Reading<Uint8Array> {
  const end = yield* arriving.value(1);
  return arriving.bytes.subarray(0, end);
}

function readPlain(bytes: Uint8Array): Ping | Ack | Failure {
  const message = decode(bytes);
  if (isMalformed(message)) throw new Refused(message.reason);
  if (message.kind !== 'ping' && message.kind !== 'ack' && message.kind !== 'error') throw new Refused('unknownType');
  return message;
}

function* readUserMessage(arriving: Arriving): Reading<SerfMessage> {
  const start = yield* arriving.value(1);
  const end = start + Fields.read(arriving.bytes, 1).integer('UserMsgLen');
  yield* arriving.reaches(end);
  return readSerf(arriving.bytes.subarray(start, end));
}

function* readPushPull(arriving: Arriving): Reading<StreamContent> {
  const dropped: DropReason[] = [];
  const nodes: NodeEntry[] = [];
  let at = yield* arriving.value(1);
  const head = readPushPullHead(Fields.read(arriving.bytes, 1));
  for (let left = head.nodes; left > 0; left--) {
    const end = yield* arriving.value(at);
    const entry = guarded(() => readNodeEntry(Fields.read(arriving.bytes, at)));
    if (isMalformed(entry)) dropped.push(entry.reason);
    else nodes.push(entry);
    at = end;
  }
  yield* arriving.reaches(at + head.serfBytes);
  const serf = serfStateOf(arriving.bytes.subarray(at, at + head.serfBytes), dropped);
  return { message: { kind: 'pushPull', join: head.join, nodes, serf }, dropped };
}

/** A Serf state that cannot be read does not cost the members in front of it. */
function serfStateOf(bytes: Uint8Array, dropped: DropReason[]): SerfState | null {
  if (bytes.length === 0) return null;
  const state = guarded(() => readSerfState(bytes, dropped));
  if (!isMalformed(state)) return state;
  dropped.push(state.reason);
  return null;
}
