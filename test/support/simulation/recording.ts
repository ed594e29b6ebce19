import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Effect } from '../../../src/gossip/core/effect.ts';
import type { StreamMessage } from '../../../src/gossip/wire/messages.ts';
import { packetBytes, streamBytes } from './sizes.ts';

/** Something that a node saw happen. */
export interface Sighting {
  readonly at: number;
  readonly by: string;
  readonly change: string;
  readonly member: string;
}

/** What one member sent. Bytes with the heads of IP and UDP, or of IP and TCP. */
export interface Sent {
  packets: number;
  streams: number;
  bytes: number;
  /** Those of them that went over streams. */
  streamBytes: number;
  /** By their kind. */
  readonly messages: Map<string, number>;
}

interface RecordingOptions {
  /** Counts what each member sends. */
  readonly measured?: boolean;
  /** A file that every line of the trace is appended to. */
  readonly traceFile?: string;
}

/** The trace is digested in pieces of about this length. */
const PIECE = 65_536;

/** What is kept of a run: a digest of everything that was sent and seen, what was seen by whom and when, and how much each one sent. */
export class Recording {
  readonly sightings: Sighting[] = [];
  packets = 0;
  readonly #sent = new Map<string, Sent>();
  readonly #trace = createHash('sha256');
  readonly #options: RecordingOptions;
  #piece = '';

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** A member sends a datagram. */
  packet(at: number, by: string, { to, messages }: Extract<Effect, { type: 'send' }>): void {
    this.packets += 1;
    let kinds = '';
    for (const { kind } of messages) kinds += ` ${kind}`;
    this.#note(`${at} ${by} ${to.port}${kinds}`);
    if (!this.#options.measured) return;
    const sent = this.sentBy(by);
    sent.packets += 1;
    sent.bytes += packetBytes(messages);
    for (const { kind } of messages) sent.messages.set(kind, (sent.messages.get(kind) ?? 0) + 1);
  }

  /** A member asks or answers on a stream. */
  stream(at: number, by: string, message: StreamMessage): void {
    this.#note(`${at} ${by} ${message.kind}`);
    if (!this.#options.measured) return;
    const sent = this.sentBy(by);
    sent.streams += 1;
    const bytes = streamBytes(message);
    sent.bytes += bytes;
    sent.streamBytes += bytes;
  }

  see(sighting: Sighting): void {
    this.sightings.push(sighting);
    this.#note(JSON.stringify(sighting));
  }

  sentBy(key: string): Sent {
    const known = this.#sent.get(key);
    if (known) return known;
    const sent: Sent = { packets: 0, streams: 0, bytes: 0, streamBytes: 0, messages: new Map() };
    this.#sent.set(key, sent);
    return sent;
  }

  get hash(): string {
    this.#digest();
    return this.#trace.copy().digest('hex');
  }

  #note(line: string): void {
    this.#piece += `${line}\n`;
    if (this.#piece.length > PIECE) this.#digest();
  }

  #digest(): void {
    const { traceFile } = this.#options;
    this.#trace.update(this.#piece);
    if (traceFile !== undefined) appendFileSync(traceFile, this.#piece);
    this.#piece = '';
  }
}
