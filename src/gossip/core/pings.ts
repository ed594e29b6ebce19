import type { Endpoint } from '../../net/address.ts';
import type { AckPayloads } from '../serf/ack-payloads.ts';
import type { Ack, IndirectPing, Nack, PacketMessage, Ping, Source } from '../wire/messages.ts';
import type { Appointment } from './agenda.ts';
import type { Desk } from './desk.ts';
import { type Node, samePlace } from './node.ts';
import type { Roster } from './roster.ts';
import type { Self } from './self.ts';
import type { Spreader } from './spreader.ts';

interface Waiting {
  readonly sentAt: number;
  readonly timer: Appointment;
  readonly outcome: Outcome;
}

/** What becomes of a ping; exactly one of the first two is called. */
export interface Outcome {
  answered(rttMs: number, ack: Ack): void;
  silent(): void;
  /** Somebody that was asked to try says that it has no answer either; as often as there are such. */
  nacked?(): void;
}

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly acks: AckPayloads;
}

/** More unanswered pings than this are never open; a flood of requests to ping others ends here. */
const MAX_OPEN = 4_096;
/** Part of the time of a probe after which one who was asked to try says that it hears nothing. */
const NACK_AFTER = 0.8;

/** Pings and their answers, ours and those that others ask for. */
export class Pings {
  readonly #parts: Parts;
  readonly #open = new Map<number, Waiting>();
  /** Told of each ack that nobody waits for. */
  onLate: (ack: Ack) => void = () => {};
  /** Told of each member whose ping we get although we hold it for dead. */
  onReturn: (node: Node) => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Waits for the ack of a new sequence number, which is answered. */
  expect(timeoutMs: number, outcome: Outcome): number {
    const { desk } = this.#parts;
    const seqNo = desk.nextId();
    const timer = desk.later(timeoutMs, () => {
      this.#open.delete(seqNo);
      outcome.silent();
    });
    this.#open.set(seqNo, { sentAt: desk.now, timer, outcome });
    return seqNo;
  }

  /** No longer waits for an ack; nobody is told. */
  abandon(seqNo: number): void {
    const waiting = this.#open.get(seqNo);
    if (waiting) waiting.timer.cancelled = true;
    this.#open.delete(seqNo);
  }

  /** Pings a member, with further messages to it in the same datagram. */
  pingMember(node: Node, seqNo: number, further: readonly PacketMessage[]): void {
    this.#parts.spreader.sendTo(node, [this.#ping(seqNo, node.name), ...further]);
  }

  /**
   * Asks whether someone of that name (empty: anyone) answers at a place within the time of a probe. `further` goes along. False when
   * too much is open already: then nothing is sent and `then` is not called.
   */
  ask(
    place: Endpoint,
    name: string,
    then: (answered: boolean) => void,
    further: readonly PacketMessage[] = [],
  ): boolean {
    if (this.#isFull()) return false;
    const seqNo = this.expect(this.#parts.desk.profile.probeTimeout, {
      answered: () => then(true),
      silent: () => then(false),
    });
    this.#parts.spreader.sendToPlace(place, undefined, [this.#ping(seqNo, name), ...further]);
    return true;
  }

  /** Where answers to us are wanted. */
  get source(): Source {
    const { address, port, name } = this.#parts.self.node;
    return { address, port, node: name };
  }

  onPing(ping: Ping, from: Endpoint): void {
    if (!this.#isForUs(ping)) return;
    const { acks, roster } = this.#parts;
    const named = ping.source && roster.get(ping.source.node);
    const asker = named && ping.source && samePlace(named, ping.source) ? named : undefined;
    this.#answer({ kind: 'ack', seqNo: ping.seqNo, payload: acks.compose(asker) }, ping.source, from);
    if (asker?.state === 'dead') this.onReturn(asker);
  }

  /** A ping over a stream, from someone whom we do not hear over UDP. */
  onStreamPing(stream: number, ping: Ping): void {
    if (!this.#isForUs(ping)) return;
    this.#parts.desk.do({ type: 'answer', stream, message: { kind: 'ack', seqNo: ping.seqNo, payload: null } });
  }

  onIndirectPing(request: IndirectPing, from: Endpoint): void {
    if (this.#isFull()) return;
    const { desk, self, spreader } = this.#parts;
    const { probeInterval, probeTimeout } = desk.profile;
    const nack = { kind: 'nack', seqNo: request.seqNo } as const;
    // Early, as in the Lifeguard paper: the asker still has to hear it before its own time is up. An ack may yet follow.
    const patience = NACK_AFTER * Math.min(probeTimeout, Math.max(0, probeInterval - probeTimeout));
    const early = desk.later(patience, () => request.nack && this.#answer(nack, request.source, from));
    const ownSeqNo = this.expect(probeTimeout, {
      answered: () => {
        early.cancelled = true;
        this.#answer({ kind: 'ack', seqNo: request.seqNo, payload: null }, request.source, from);
      },
      silent: () => {},
    });
    const place = { address: request.target, port: request.port === 0 ? self.node.port : request.port };
    spreader.sendToPlace(place, this.#memberAt(place, request.node), [this.#ping(ownSeqNo, request.node)]);
  }

  onAck(ack: Ack): void {
    const waiting = this.#open.get(ack.seqNo);
    if (!waiting) {
      this.#parts.desk.count('dropped_late_ack');
      this.onLate(ack);
      return;
    }
    this.abandon(ack.seqNo);
    waiting.outcome.answered(this.#parts.desk.now - waiting.sentAt, ack);
  }

  onNack({ seqNo }: Nack): void {
    this.#parts.desk.count('nacks');
    this.#open.get(seqNo)?.outcome.nacked?.();
  }

  #isForUs({ node }: Ping): boolean {
    if (node === '' || node === this.#parts.self.name) return true;
    this.#parts.desk.count('dropped_ping_for_another');
    return false;
  }

  #ping(seqNo: number, node: string): Ping {
    return { kind: 'ping', seqNo, node, source: this.source };
  }

  /**
   * Old peers do not say where they want the answer: then where the question came from. Who is no member gets the bare answer, which is
   * not larger than the question.
   */
  #answer(message: Ack | Nack, source: Source | undefined, from: Endpoint): void {
    const asker = source && this.#memberAt(source, source.node);
    this.#parts.spreader.sendToPlace(source ?? from, asker, [asker ? message : withoutPayload(message)]);
  }

  /** The member of that name, if that is its place. */
  #memberAt(place: Endpoint, name: string): Node | undefined {
    const node = this.#parts.roster.get(name);
    return node && samePlace(node, place) ? node : undefined;
  }

  #isFull(): boolean {
    if (this.#open.size < MAX_OPEN) return false;
    this.#parts.desk.count('dropped_busy');
    return true;
  }
}

/** Tells no coordinate. */
const NO_COORDINATE = new Uint8Array(0);

const withoutPayload = (message: Ack | Nack): Ack | Nack =>
  message.kind === 'ack' && message.payload ? { ...message, payload: NO_COORDINATE } : message;
