import type { Desk } from './desk.ts';

/** A member that only TCP reaches is reported once in so long. */
const REPORT_MS = 3_600_000;
/** After so many probes in a row that TCP answered and UDP did not it is no accident, even though others could reach the member. */
const BLOCKED_AFTER = 3;
/** Only the last few that answered matter: there is one probe at a time. */
const MAX_HEARD = 8;

/** Whom we hear directly over UDP, when last, and whom over TCP only. */
export class Reachability {
  readonly #desk: Desk;
  /** When the last few that answered a ping of ours directly did so. */
  readonly #heardAt = new Map<string, number>();
  /** Probes in a row that only TCP answered. */
  readonly #missed = new Map<string, number>();
  readonly #blocked = new Set<string>();
  readonly #reportedAt = new Map<string, number>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Whether a member answered us directly within the last `ms`. */
  heardWithin(name: string, ms: number): boolean {
    const at = this.#heardAt.get(name);
    return at !== undefined && this.#desk.now - at < ms;
  }

  /** A member answered over UDP, not through another. */
  heard(name: string): void {
    this.#heardAt.delete(name);
    this.#heardAt.set(name, this.#desk.now);
    if (this.#heardAt.size > MAX_HEARD) this.#heardAt.delete(this.#heardAt.keys().next().value ?? name);
    this.#missed.delete(name);
    if (this.#blocked.delete(name)) this.#desk.do({ type: 'reachability', name, udpBlocked: false });
  }

  /** A member answered over TCP while the answer over UDP, if any came, came through others. */
  missed(name: string): void {
    const times = (this.#missed.get(name) ?? 0) + 1;
    this.#missed.set(name, times);
    if (times >= BLOCKED_AFTER) this.tcpOnly(name);
  }

  /** A member lives, and only TCP shows it. */
  tcpOnly(name: string): void {
    if (!this.#blocked.has(name)) {
      this.#blocked.add(name);
      this.#desk.do({ type: 'reachability', name, udpBlocked: true });
    }
    const { now } = this.#desk;
    if (now < (this.#reportedAt.get(name) ?? Number.NEGATIVE_INFINITY)) return;
    this.#reportedAt.set(name, now + REPORT_MS);
    const text = `${name} answers over TCP but not over UDP; is UDP blocked between us?`;
    this.#desk.do({ type: 'log', level: 'warn', fields: { member: name }, text });
  }

  /** The member is no longer known. */
  forget(name: string): void {
    this.#heardAt.delete(name);
    this.#missed.delete(name);
    this.#blocked.delete(name);
    this.#reportedAt.delete(name);
  }
}
