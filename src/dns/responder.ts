import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Membership } from '../model/member.ts';
import { answerQuery, answerSound, type Outcome, type Transport, type ZoneData } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';
import { Cookies } from './cookies.ts';
import { DnsCounters, type Tally } from './counters.ts';
import { NameIndex } from './name-index.ts';
import { type Prepared, RawAnswer } from './prepared.ts';
import { receive } from './query.ts';
import type { AnswerSettings } from './settings.ts';

/** What answers are made with. */
export interface ResponderOptions {
  readonly settings: AnswerSettings;
  readonly membership: Membership;
  /** Whether somebody works on a node, so that it is to be left out of lists. */
  readonly isDrained: (nodeId: string) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly counters?: DnsCounters;
}

/** A message within some bytes, and where it came from. */
export interface Message {
  readonly packet: Buffer;
  readonly start: number;
  readonly end: number;
  readonly transport: Transport;
  /** Address of the asker. */
  readonly from: string;
  /** Names that are not ours may be asked elsewhere for this asker. */
  readonly mayForward: boolean;
}

/** What is to be done: an answer is written, or others are asked, who may know the name. */
export type Response = { readonly kind: 'answer'; readonly prepared: Prepared } | { readonly kind: 'forward' };

/** What is to be counted when an answer is given again. */
interface Note {
  readonly tally: Tally;
  readonly isTruncated: boolean;
}

const BOUNDS = { entries: 5_000, bytes: 8 * 1024 * 1024 } as const;
const LOG_PAUSE_MS = 60_000;
/** With more changes than this before the next question, everything is looked at again. */
const MAX_CHANGED = 4_096;

/** Answers messages from what was finished before, or else by the rules. An exception is a fault of ours: the asker is told so. */
export class Responder {
  readonly counters: DnsCounters;
  readonly cookies: Cookies;
  readonly zone: ZoneData;
  readonly #options: ResponderOptions;
  readonly #index: NameIndex;
  readonly #caches = { udp: new AnswerCache<Note>(BOUNDS), tcp: new AnswerCache<Note>(BOUNDS) } as const;
  readonly #serial: { value: number };
  #changed = new Set<string>();
  #isAllChanged = true;
  #changedAt: number;
  #quietUntil = 0;

  constructor(options: ResponderOptions) {
    const { clock, random, settings, membership, isDrained } = options;
    this.#options = options;
    this.counters = options.counters ?? new DnsCounters();
    this.cookies = new Cookies(clock);
    this.#index = new NameIndex(membership, isDrained);
    this.#changedAt = clock.wall();
    this.#serial = { value: Math.floor(this.#changedAt / 1_000) };
    this.zone = { index: this.#index, settings, serial: this.#serial, random };
  }

  /** Something about a member may have changed; the next answer shows it. Without an id, something about any. */
  noteChange(id?: string): void {
    this.#changedAt = this.#options.clock.wall();
    if (id === undefined || this.#changed.size >= MAX_CHANGED) this.#isAllChanged = true;
    else this.#changed.add(id);
  }

  /** What is finished already for a message; the usual case. */
  finished(packet: Buffer, start: number, end: number, transport: Transport): Prepared | undefined {
    // What is wrong then shows when the answer is made.
    if ((this.#isAllChanged || this.#changed.size > 0) && !this.#canCatchUp()) return undefined;
    const found = this.#caches[transport].find(packet, start, end);
    if (!found) return undefined;
    found.note.tally.count += 1;
    this.counters.cacheHits += 1;
    if (found.note.isTruncated) this.counters.truncated += 1;
    return found.prepared;
  }

  /** Answers a message for which nothing is finished; `undefined`: nothing is to be sent. */
  answer(message: Message): Response | undefined {
    const { packet, start, end, transport } = message;
    try {
      return this.#counted(this.#outcome(message), message);
    } catch (error) {
      return { kind: 'answer', prepared: this.#failed(packet.subarray(start, end), transport, error) };
    }
  }

  /** Counts an answer that was made elsewhere, and gives it. */
  tell(outcome: Outcome, transport: Transport): Prepared | undefined {
    if (outcome.bad !== undefined) this.counters.countBad(outcome.bad);
    if (outcome.kind === 'dropped') return undefined;
    if (outcome.isTruncated) this.counters.truncated += 1;
    this.counters.tally(outcome, transport).count += 1;
    return outcome.prepared;
  }

  #outcome({ packet, start, end, transport, from }: Message): Outcome {
    if (this.#isAllChanged || this.#changed.size > 0) this.#catchUp();
    const message = packet.subarray(start, end);
    const received = receive(message);
    if (received.kind !== 'query') return answerQuery(message, this.zone, transport);
    const outcome = answerSound(received, this.zone, transport);
    const cookie = received.edns?.cookie;
    if (!cookie) return outcome;
    const bytes = this.cookies.added(written(outcome.prepared, message), cookie, from);
    return { ...outcome, prepared: new RawAnswer(bytes) };
  }

  #counted(outcome: Outcome, { packet, start, end, transport, mayForward }: Message): Response | undefined {
    if (mayForward && outcome.kind === 'answer' && outcome.isForeign) return { kind: 'forward' };
    const prepared = this.tell(outcome, transport);
    if (!prepared || outcome.kind === 'dropped') return undefined;
    const { keys, isForeign, isTruncated } = outcome;
    if (keys && !isForeign) {
      const note = { tally: this.counters.tally(outcome, transport), isTruncated };
      this.#caches[transport].keep(packet, start, end, { prepared, note, keys });
    }
    return { kind: 'answer', prepared };
  }

  #canCatchUp(): boolean {
    try {
      this.#catchUp();
      return true;
    } catch {
      return false;
    }
  }

  #catchUp(): void {
    const { ownZone } = this.#index;
    const touched = this.#index.refresh(this.#isAllChanged ? undefined : this.#changed);
    this.#isAllChanged = false;
    this.#changed = new Set();
    if (touched.size === 0) return;
    if (ownZone !== this.#index.ownZone) for (const cache of Object.values(this.#caches)) cache.clear();
    // The serial never goes back, not even with the clock.
    this.#serial.value = Math.max(this.#serial.value, Math.floor(this.#changedAt / 1_000));
    this.#caches.udp.drop(touched);
    this.#caches.tcp.drop(touched);
  }

  #failed(packet: Buffer, transport: Transport, error: unknown): Prepared {
    this.counters.countBad('internal');
    this.counters.tally({ type: 0, rcode: 'SERVFAIL' }, transport).count += 1;
    const { clock, log } = this.#options;
    if (clock.now() >= this.#quietUntil) {
      this.#quietUntil = clock.now() + LOG_PAUSE_MS;
      log.error({ error: messageOf(error), query: packet.toString('hex') }, 'a DNS query could not be answered');
    }
    return new RawAnswer(servfail(packet));
  }
}

/** The bytes of an answer to a query. */
export function written(prepared: Prepared, query: Buffer): Buffer {
  const out = Buffer.allocUnsafe(prepared.size);
  const length = prepared.write(query, 0, out, 0);
  return length === out.length ? out : out.subarray(0, length);
}

/** A bare header: the query's number, opcode and RD, and the code for a fault of the server. */
export function servfail(packet: Buffer): Buffer {
  const reply = Buffer.alloc(12);
  packet.copy(reply, 0, 0, 4);
  reply.writeUInt8(0x80 | (reply.readUInt8(2) & 0x79), 2);
  reply.writeUInt8(2, 3);
  return reply;
}
