import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type Place, placeAfter, queryOf } from '../../../src/ui/place.ts';
import type { Frame } from '../../../src/ui/records.ts';
import type { SoakPool } from './pool.ts';

const AGAIN_MS = 1_000;
/** What a page asks for, and one channel that has much to tell. */
const CHANNELS = ['gossip', 'checks', 'groups', 'alerts', 'health', 'repairs', 'collectors', 'kv'];

/** A client that fetches the page and follows its websocket, goes on where it was when that breaks, and closes it itself after `ms`. */
export class PageClient implements AsyncDisposable {
  /** How often it heard everything, and how often only what it had missed. */
  snapshots = 0;
  resumed = 0;
  frames = 0;
  readonly #pool: SoakPool;
  readonly #name: string;
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  #place: Place = {};

  constructor(pool: SoakPool, name: string, ms = Number.POSITIVE_INFINITY) {
    this.#pool = pool;
    this.#name = name;
    this.#running = this.#live(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#running;
  }

  async #live(ms: number): Promise<void> {
    while (!this.#over.signal.aborted) {
      if (this.#pool.isUp(this.#name)) await this.#visit(ms).catch(() => {}); // it went down
      await pause(AGAIN_MS, undefined, { signal: this.#over.signal }).catch(() => {});
    }
  }

  async #visit(ms: number): Promise<void> {
    const address = `127.0.0.1:${this.#pool.port(this.#name, 'http')}`;
    await (await fetch(`http://${address}/`)).text();
    const isKnown = this.#place.index !== undefined;
    const socket = new WebSocket(`ws://${address}/ws${queryOf(this.#place, CHANNELS)}`);
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    const end = () => socket.terminate();
    this.#over.signal.addEventListener('abort', end, { once: true });
    const timer = Number.isFinite(ms) ? setTimeout(end, ms) : undefined;
    let isFirst = true;
    socket.on('error', () => {}); // closes as well
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      this.#place = placeAfter(this.#place, frame);
      this.frames += 1;
      if (frame.channel === 'hello') return;
      if (frame.channel === 'snapshot' && frame.last) this.snapshots += 1;
      else if (isFirst && isKnown && frame.channel !== 'snapshot') this.resumed += 1;
      isFirst = false;
    });
    await closed;
    clearTimeout(timer);
    this.#over.signal.removeEventListener('abort', end);
  }
}
