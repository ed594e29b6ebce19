import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { secureBytes } from '../base/random.ts';

const CLIENT = 8;
const SERVER = 8;
const SECRET = 32;
const HOUR_MS = 3_600_000;
const OPTION = 10;

/** The cookies by which an asker shows that it gets our answers (RFC 7873): an HMAC-SHA-256 of its own cookie and its address. */
export class Cookies {
  readonly #clock: Clock;
  #secret: Uint8Array = secureBytes(SECRET);
  /** Cookies of the hour before still count. */
  #before: Uint8Array = secureBytes(SECRET);
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Whether a cookie holds one that we gave to this address. */
  isOurs(cookie: Uint8Array, address: string): boolean {
    this.#renew();
    const given = cookie.subarray(CLIENT);
    if (given.length !== SERVER) return false;
    return [this.#secret, this.#before].some((secret) =>
      timingSafeEqual(given, serverCookie(secret, cookie.subarray(0, CLIENT), address)),
    );
  }

  /** An answer with our cookie in the OPT record that it ends with. */
  added(answer: Buffer, cookie: Uint8Array, address: string): Buffer {
    this.#renew();
    const client = cookie.subarray(0, CLIENT);
    const option = Buffer.of(0, OPTION, 0, CLIENT + SERVER);
    const whole = Buffer.concat([answer, option, client, serverCookie(this.#secret, client, address)]);
    whole.writeUInt16BE(option.length + CLIENT + SERVER, answer.length - 2);
    return whole;
  }

  #renew(): void {
    const age = this.#clock.now() - this.#since;
    if (age < HOUR_MS) return;
    this.#before = age < 2 * HOUR_MS ? this.#secret : secureBytes(SECRET);
    this.#secret = secureBytes(SECRET);
    this.#since = this.#clock.now();
  }
}

const serverCookie = (secret: Uint8Array, client: Uint8Array, address: string): Buffer =>
  createHmac('sha256', secret).update(client).update(address).digest().subarray(0, SERVER);
