import { expand } from './datagram.ts';
import { Fields } from './fields.ts';
import { ValueScanner } from './head.ts';
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
}

/** The bytes of a message as a stream carries it, without encryption and compression. */
export function sealStream(message: StreamMessage): Uint8Array {
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
 * once. Never throws; holds at most 20 MiB, and 40 MiB of what it expanded.
 */
export class StreamReader {
  readonly #arriving = new Arriving(MAX_STREAM);
  readonly #reading = readStream(this.#arriving, 0);
  #outcome: StreamContent | Malformed | undefined;

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
    case TYPE.label:
      throw new Refused('label');
    case TYPE.encrypt:
      throw new Refused('encrypted');
    default:
      throw new Refused('unknownType');
  }
}

/** Reads what a compressed stream held, which must be one whole message. */
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
