import type { Clock } from '../base/clock.ts';
import { isLoopback } from '../base/loopback.ts';
import { Networks } from '../base/networks.ts';
import { refuse, truncate } from './answer.ts';
import type { Prepared } from './prepared.ts';
import { receive } from './query.ts';
import { type Allowance, RateLimit } from './rate-limit.ts';
import type { Responder } from './responder.ts';
import type { DoorSettings } from './settings.ts';

/** Where somebody is who asks: on this machine, in a network that may ask, or neither. */
export type Standing = 'local' | 'allowed' | 'stranger';

/** What somebody may get who asks: the answer itself, or what stands for it; `undefined` is nothing. */
export type Admission =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'instead'; readonly answer: Prepared | undefined };

const WELCOME: Admission = { kind: 'welcome' };
/** Addresses whose standing is remembered. */
const MAX_KNOWN = 4_096;

/** Decides who gets an answer from beyond this machine, and how many. */
export class AskerGuard {
  readonly #allowed: Networks;
  readonly #limit: RateLimit;
  readonly #responder: Responder;
  readonly #known = new Map<string, Standing>();

  constructor({ allow, rateLimit }: DoorSettings, clock: Clock, responder: Responder) {
    this.#allowed = new Networks(allow);
    this.#limit = new RateLimit(clock, rateLimit);
    this.#responder = responder;
  }

  standingOf(address: string): Standing {
    const known = this.#known.get(address);
    if (known) return known;
    const isAllowed = this.#allowed.has(address.replace(/%.*$/, ''));
    const standing = isAllowed ? (isLoopback(address) ? 'local' : 'allowed') : 'stranger';
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(address, standing);
    return standing;
  }

  /** Judges a datagram. On this machine nobody can pretend to be another. */
  admitDatagram(packet: Buffer, address: string): Admission {
    const standing = this.standingOf(address);
    if (standing === 'local') return WELCOME;
    const allowance = isLoopback(address) ? 'whole' : this.#limit.take(address);
    if (allowance !== 'whole' && !this.#isKnown(packet, address)) return this.#limited(packet, allowance);
    return standing === 'allowed' ? WELCOME : this.refused(packet, 'udp');
  }

  /** What somebody gets who may not ask. */
  refused(packet: Buffer, transport: 'udp' | 'tcp'): Admission {
    this.#responder.counters.countBad('not-allowed');
    return { kind: 'instead', answer: this.#responder.tell(refuse(packet, this.#responder.zone), transport) };
  }

  /** Somebody who has got an answer of ours before is who he says. */
  #isKnown(packet: Buffer, address: string): boolean {
    const received = receive(packet);
    const cookie = received.kind === 'query' ? received.edns?.cookie : undefined;
    return cookie !== undefined && this.#responder.cookies.isOurs(cookie, address);
  }

  #limited(packet: Buffer, allowance: Exclude<Allowance, 'whole'>): Admission {
    this.#responder.counters.countLimited(allowance);
    if (allowance === 'nothing') return { kind: 'instead', answer: undefined };
    return { kind: 'instead', answer: this.#responder.tell(truncate(packet, this.#responder.zone), 'udp') };
  }
}
