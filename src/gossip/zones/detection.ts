import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Detected } from '../../model/pool.ts';
import { type Endpoint, endpointText } from '../../net/address.ts';
import type { Ack, PacketMessage, Ping } from '../wire/messages.ts';
import { encode } from '../wire/packet.ts';
import { type DetectAnswer, packAnswer, packRequest, readAnswer, readRequest, sameNonce } from './detect-bodies.ts';
import type { ZoneRelation } from './zone-relation.ts';

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

/** Who answered, and where it listens for peers; port 0 when it does not. */
export type Answered = Detected & { readonly peerPort: number };

interface Search {
  readonly nonce: Uint8Array;
  readonly found: Map<string, Answered>;
  /** The search is over when so many answered. */
  readonly wanted: number;
  end(): void;
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
/** Who forges sources has no end of them; whoever is left out asks again in a second. */
const MAX_SOURCES = 256;
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

  /** Asks by `ask` at once and each second, and collects answers until the time is over; those that answered, by name. */
  async search(timeoutMs: number, ask: (question: Ping) => void): Promise<readonly Answered[]> {
    if (timeoutMs < 1) throw new OpsbroError('bad_request', 'the time to wait for answers must be more than nothing');
    const found = await this.#collect(MAX_FOUND, timeoutMs, ask);
    return [...found].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** Asks by `ask` at once and each second, until one has answered or the time is over. */
  async first(timeoutMs: number, ask: (question: Ping) => void): Promise<Answered | undefined> {
    const [found] = await this.#collect(1, timeoutMs, ask);
    return found;
  }

  /** Ends all searches; they answer with what they have. */
  [Symbol.dispose](): void {
    for (const search of [...this.#searches.values()]) search.end();
  }

  /** Whether a ping is such a question; it is answered if the asker may know of us. */
  takePing(ping: Ping, received: Received): boolean {
    if (!isQuestion(ping)) return false;
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
    const found = ack.opsbro ? answeredIn(ack.opsbro, search.nonce, from) : plainSerf(from);
    if (found && search.found.size < MAX_FOUND) keep(found, search);
    if (search.found.size >= search.wanted) search.end();
    return true;
  }

  async #collect(wanted: number, timeoutMs: number, ask: (question: Ping) => void): Promise<Iterable<Answered>> {
    const { clock, random } = this.#options;
    const nonce = Uint8Array.from({ length: 8 }, () => Math.floor(random() * 256));
    const seqNo = Math.floor(random() * 2 ** 32);
    const question = this.#question(seqNo, nonce);
    const found = new Map<string, Answered>();
    await new Promise<void>((resolve) => {
      const timers = new Map<string, Disposable>();
      const end = () => {
        for (const timer of timers.values()) timer[Symbol.dispose]();
        resolve();
      };
      const again = () => {
        timers.set('next', clock.after(REPEAT_MS, again));
        ask(question);
      };
      this.#searches.set(seqNo, { nonce, found, wanted, end });
      timers.set('end', clock.after(timeoutMs, end));
      again();
    });
    this.#searches.delete(seqNo);
    return found.values();
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
    if (second !== this.#second) this.#answered.clear();
    this.#second = second;
    const count = this.#answered.get(address) ?? 0;
    const isKnown = count > 0 || this.#answered.size < MAX_SOURCES;
    if (isKnown && count < ANSWERS_PER_SECOND) {
      this.#answered.set(address, count + 1);
      return true;
    }
    this.#options.count('dropped_detect_rate');
    return false;
  }

  /** All who hear the question would answer in the same moment. */
  #answerLater({ seqNo }: Ping, { nonce, zone }: { zone: string; nonce: Uint8Array }, received: Received): void {
    const { clock, random, self, send, count } = this.#options;
    clock.after(random() * MAX_DELAY_MS, () => {
      const limit = received.sealedBy === undefined ? received.size - ACK_ROOM : SEALED_ANSWER_BYTES;
      const opsbro = packAnswer({ ...self(), nonce }, limit);
      if (opsbro.length > limit) return;
      count('detect_answered');
      // Where the question names another place than it came from, somebody may want that place to get our answer.
      send(received.from, zone, { kind: 'ack', seqNo, payload: null, opsbro });
    });
  }
}

/** Whether a message asks everybody who is there, not one member how it is. */
export const isQuestion = (message: PacketMessage): message is Ping & { readonly opsbro: Uint8Array } =>
  message.kind === 'ping' && message.node === '' && message.opsbro !== undefined;

/** What an answer to a question with that nonce tells. */
function answeredIn(body: Uint8Array, asked: Uint8Array, from: Endpoint): Answered | undefined {
  const answer = readAnswer(body);
  if (!answer || !sameNonce(answer.nonce, asked)) return undefined;
  const { nonce, address: told, ...rest } = answer;
  // An address that is good on one link alone is of no use to the pool.
  const address = told !== undefined && isLinkLocal(from.address) ? told : from.address;
  return { ...rest, address };
}

/** Who is reached by several networks answers by each; the first answer counts, unless its address is good on one link alone. */
function keep(found: Answered, search: Search): void {
  const key = found.id || endpointText(found);
  const known = search.found.get(key);
  if (known === undefined || isLinkLocal(known.address)) search.found.set(key, found);
}

const isLinkLocal = (address: string): boolean => /^fe[89ab].:/i.test(address);

const plainSerf = ({ address, port }: Endpoint): Answered => ({
  id: '',
  name: '',
  zone: '',
  address,
  port,
  peerPort: 0,
  isProxy: false,
  groups: [],
});
