import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { WebTls } from '../net/web-tls.ts';
import { type CertificateRead, readCertificate } from './certificate-files.ts';
import type { Health } from './health.ts';

const DAY_MS = 86_400_000;
const LOOK_MS = 3_600_000;
/** Who renews certificates by hand has this long after the agent says so. */
const SOON_MS = 14 * DAY_MS;
const PART = 'http';

interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Pick<Health, 'raise' | 'clear'>;
}

/** What the doors for programs and people prove their name with, read again at each reload. */
export class DoorTls implements Disposable {
  readonly #config: AgentConfig['http'];
  readonly #around: Surroundings;
  readonly #looking: Disposable;
  #web: WebTls | undefined;
  #validTo: number | undefined;

  constructor(config: AgentConfig['http'], around: Surroundings) {
    this.#config = config;
    this.#around = around;
    this.#looking = every(around.clock, LOOK_MS, () => this.#noteAge());
  }

  /** What stands before HTTP at a door; `undefined` where that is plain HTTP. Throws `invalid_config` at files that are of no use. */
  async before(): Promise<WebTls | undefined> {
    if (this.#web) return this.#web;
    const read = await readCertificate(this.#config);
    if (read) this.#take(read, new WebTls(read));
    return this.#web;
  }

  /** Takes the files as they are now; when they are of no use, what was read before goes on, and the health says so. */
  async renew(): Promise<void> {
    if (!this.#web) return;
    const { health, log } = this.#around;
    try {
      const read = await readCertificate(this.#config);
      if (!read) return;
      this.#web.renew(read);
      this.#take(read, this.#web);
      health.clear(PART, 'certificate');
    } catch (error) {
      const text = `the certificate as it was goes on: ${messageOf(error)}`;
      log.error({ part: PART }, text);
      health.raise(PART, 'certificate', text);
    }
  }

  [Symbol.dispose](): void {
    this.#looking[Symbol.dispose]();
  }

  #take({ validTo, isKeyOpen }: CertificateRead, web: WebTls): void {
    const { health } = this.#around;
    this.#web = web;
    this.#validTo = validTo;
    if (isKeyOpen) health.raise(PART, 'key_open', `${this.#config.tls_key} can be read by others; run chmod 600 on it`);
    else health.clear(PART, 'key_open');
    this.#noteAge();
  }

  #noteAge(): void {
    const { clock, health } = this.#around;
    if (this.#validTo === undefined) return;
    const leftMs = this.#validTo - clock.wall();
    const day = new Date(this.#validTo).toISOString().slice(0, 10);
    if (leftMs > SOON_MS) health.clear(PART, 'expiry');
    else
      health.raise(
        PART,
        'expiry',
        `the certificate ${leftMs > 0 ? 'ends' : 'has ended'} on ${day}; renew it and reload`,
      );
  }
}
