import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Detected } from '../../model/pool.ts';
import { type Endpoint, endpointText } from '../../net/address.ts';
import type { Ack, Ping } from '../wire/messages.ts';
import { encode } from '../wire/packet.ts';
import { type DetectAnswer, packAnswer, packRequest, readAnswer, readRequest, sameNonce } from './detect-bodies.ts';

/** How the zone of one who asks stands to ours. */
export type ZoneRelation = 'same' | 'child' | 'ancestor' | 'other';

interface DetectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Who we are, to those who ask. */
  self(): Omit<DetectAnswer, 'nonce'> & { readonly address: string };
  relationTo(zone: string): ZoneRelation;
  /** Whether we hold a key of that zone. */
  isKeyed(zone: string): boolean;
  /** Whether others are answered. */
  readonly answers: boolean;
  /** Sends a question to everybody on the local networks. */
  broadcast(ping: Ping): void;
  /** Sends an answer, sealed with the key of that zone if it has one. */
  send(to: Endpoint, zone: string, ack: Ack): void;
  count(name: string): void;
}

/** How a question came in: sealed with the key of a zone, or in the clear. */
export interface Received {
  readonly from: Endpoint;
  /** The zone whose key opened it; nothing when it came in the clear. */
  readonly sealedBy: string | undefined;
  /** Bytes of the whole datagram. */
  readonly size: number;
}

interface Search {
  readonly nonce: Uint8Array;
  readonly found: Map<string, Detected>;
}

const REPEAT_MS = 1_000;
/** In the clear a question is as long as any answer, so that nobody is flooded by answers to forged questions. */
const CLEAR_REQUEST_BYTES = 512;
/** What padding takes beside itself. */
const PADDING_HEAD = 7;
/** What an ack has around its body. */
const ACK_ROOM = 40;
const SEALED_ANSWER_BYTES = 1_200;
const MAX_DELAY_MS = 100;
const ANSWERS_PER_SECOND = 10;
const MAX_SOURCES = 1_024;
const MAX_FOUND = 4_096;

/** Finds nodes on the local networks by asking everybody at once, and answers those who ask so and may know. */
export class Detection {
  readonly #options: DetectionOptions;
  /** Running searches, by the sequence number of their questions. */
  readonly #searches = new Map<number, Search>();
  /** How many answers each source got in the present second. */
  readonly #answered = new Map<string, number>();
  #second = 0;

  constructor(options: DetectionOptions) {
    this.#options = options;
  }

  /** Asks at once and each second, and collects answers until the time is over; those that answered, by name. */
  async search(timeoutMs: number): Promise<readonly Detected[]> {
    const { clock, random } = this.#options;
    if (timeoutMs < 1) throw new OpsbroError('bad_request', 'the time to wait for answers must be more than nothing');
    const nonce = Uint8Array.from({ length: 8 }, () => Math.floor(random() * 256));
    const seqNo = Math.floor(random() * 2 ** 32);
    const search: Search = { nonce, found: new Map() };
    this.#searches.set(seqNo, search);
    const ask = () => this.#options.broadcast(this.#question(seqNo, nonce));
    ask();
    await new Promise<void>((resolve) => {
      let asking = clock.after(REPEAT_MS, again);
      function again() {
        ask();
        asking = clock.after(REPEAT_MS, again);
      }
      clock.after(timeoutMs, () => {
        asking[Symbol.dispose]();
        resolve();
      });
    });
    this.#searches.delete(seqNo);
    return [...search.found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** Whether a ping is such a question; it is answered if the asker may know of us. */
  takePing(ping: Ping, received: Received): boolean {
    if (ping.node !== '' || !ping.opsbro) return false;
    const request = readRequest(ping.opsbro);
    if (!request || this.#isOwn(ping.seqNo, request.nonce)) return true;
    this.#options.count('detect_asked');
    if (this.#mayKnow(request.zone, received) && this.#isWithinRate(received.from.address)) {
      this.#answerLater(ping, request, received);
    }
    return true;
  }

  /** Whether an ack belongs to a running search. */
  takeAck(ack: Ack, from: Endpoint): boolean {
    const search = this.#searches.get(ack.seqNo);
    if (!search) return false;
    const found = ack.opsbro ? this.#found(search, ack.opsbro, from) : plainSerf(from);
    if (found && search.found.size < MAX_FOUND) search.found.set(found.id || endpointText(found), found);
    return true;
  }

  #question(seqNo: number, nonce: Uint8Array): Ping {
    const { self, isKeyed } = this.#options;
    const { name, zone, address, port } = self();
    const question = (padding: number): Ping => ({
      kind: 'ping',
      seqNo,
      node: '',
      source: { address, port, node: name },
      opsbro: packRequest({ zone, nonce }, padding),
    });
    if (isKeyed(zone)) return question(0);
    return question(Math.max(0, CLEAR_REQUEST_BYTES - encode(question(0)).length - PADDING_HEAD));
  }

  /** Our own question comes back from the network, too. */
  #isOwn(seqNo: number, nonce: Uint8Array): boolean {
    const search = this.#searches.get(seqNo);
    return search !== undefined && sameNonce(search.nonce, nonce);
  }

  #mayKnow(zone: string, { sealedBy }: Received): boolean {
    const { answers, isKeyed, relationTo, self } = this.#options;
    const isSealed = sealedBy !== undefined;
    // Who says to be of one zone and has the key of another, or none although its zone has one, is not of that zone.
    if (!answers || isKeyed(zone) !== isSealed || (isSealed && sealedBy !== zone)) return false;
    const isOwnKeyed = isKeyed(self().zone);
    switch (relationTo(zone)) {
      case 'same':
        return true;
      case 'child':
        return self().isProxy && (isSealed || !isOwnKeyed);
      case 'ancestor':
        return !isSealed && !isOwnKeyed;
      case 'other':
        return false;
    }
  }

  #isWithinRate(address: string): boolean {
    const second = Math.floor(this.#options.clock.now() / 1_000);
    if (second !== this.#second || this.#answered.size >= MAX_SOURCES) this.#answered.clear();
    this.#second = second;
    const count = this.#answered.get(address) ?? 0;
    this.#answered.set(address, count + 1);
    if (count < ANSWERS_PER_SECOND) return true;
    this.#options.count('dropped_detect_rate');
    return false;
  }

  /** All who hear the question would answer in the same moment. */
  #answerLater(
    { seqNo, source }: Ping,
    { nonce, zone }: { zone: string; nonce: Uint8Array },
    received: Received,
  ): void {
    const { clock, random, self, send, count } = this.#options;
    clock.after(random() * MAX_DELAY_MS, () => {
      const limit = received.sealedBy === undefined ? received.size - ACK_ROOM : SEALED_ANSWER_BYTES;
      const opsbro = packAnswer({ ...self(), nonce }, limit);
      if (opsbro.length > limit) return;
      count('detect_answered');
      send(source ?? received.from, zone, { kind: 'ack', seqNo, payload: null, opsbro });
    });
  }

  #found(search: Search, body: Uint8Array, { address }: Endpoint): Detected | undefined {
    const answer = readAnswer(body);
    if (!answer || !sameNonce(answer.nonce, search.nonce)) return undefined;
    const { id, name, zone, port, isProxy, groups } = answer;
    return { id, name, zone, port, isProxy, groups, address };
  }
}

const plainSerf = ({ address, port }: Endpoint): Detected => ({
  id: '',
  name: '',
  zone: '',
  address,
  port,
  isProxy: false,
  groups: [],
});
