import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Scope } from '../model/token.ts';
import type { Admitted } from './admission.ts';
import type { Backlog } from './backlog.ts';
import type { SharedSnapshot } from './shared-snapshot.ts';
import { textFrame, textIn } from './text-frame.ts';
import type { Listener, View } from './views.ts';

/** What serves a client. */
export interface Serving {
  readonly backlog: Backlog;
  /** Hands out what waits for the end of the turn, so that the backlog and what clients have are the same. */
  flush(): void;
  /** Lets a client go that does not read. */
  tooSlow(client: Client): void;
}

/** A connection and the protocol on it. */
export interface Connection {
  readonly socket: WebSocket;
  readonly admitted: Admitted;
  /** What is below it: frames that are finished go there directly, the same bytes for all. */
  readonly wire: Duplex;
}

const MAX_UNSENT = 4 * 1_048_576;
/** Of those who follow keys, which may change very often. */
const MAX_UNSENT_KEYS = 1_048_576;
/** Bytes of missed frames that go out in one piece. */
const STEP = 65_536;

/**
 * One who is connected. It is greeted, says what it wants, gets a snapshot or what it missed as fast as it reads, and from then on frames as
 * they come.
 */
export class Client implements Listener {
  readonly #connection: Connection;
  readonly #serving: Serving;
  /** What it gets. */
  view: View;
  #stage: 'greeted' | 'snapshot' | 'behind' | 'live' = 'greeted';
  #snapshot: SharedSnapshot | undefined;
  #nextPart = 0;
  /** The last frame of the stream that it has, while it is behind. */
  #has = 0;
  /** Pings it has not answered yet. */
  missed = 0;

  constructor(connection: Connection, serving: Serving, viewFor: (client: Listener) => View) {
    this.#connection = connection;
    this.#serving = serving;
    this.view = viewFor(this);
    connection.wire.on('drain', () => this.#goOn());
  }

  get socket(): WebSocket {
    return this.#connection.socket;
  }

  /** What it may see. */
  get scope(): Scope {
    return this.#connection.admitted.scope;
  }

  /** Whether it may still see that. */
  get mayStay(): boolean {
    return this.#connection.admitted.mayStay?.() ?? true;
  }

  /** It has not been sent anything of the stream yet. */
  get isGreeted(): boolean {
    return this.#stage === 'greeted';
  }

  /** A frame for this client only. */
  tell(text: string): void {
    this.#write(textFrame(text));
  }

  push(frames: Buffer): void {
    if (this.#stage === 'live') this.#write(frames);
  }

  /** Sends it everything there is, then what came since. */
  show(snapshot: SharedSnapshot): void {
    this.#snapshot = snapshot;
    this.#nextPart = 0;
    this.#has = snapshot.index;
    this.#stage = 'snapshot';
    this.#goOn();
  }

  /** Sends it what came behind the frame of this number. */
  replay(index: number): void {
    this.#has = index;
    if (this.#stage !== 'snapshot') this.#stage = 'behind';
    this.#goOn();
  }

  /** As much as it takes now; the rest when it has read that. */
  #goOn(): void {
    if (this.#stage === 'snapshot' && this.#sendSnapshot()) {
      this.#snapshot = undefined;
      this.#stage = 'behind';
    }
    if (this.#stage === 'behind') this.#catchUp();
  }

  /** Whether all of it is sent. */
  #sendSnapshot(): boolean {
    for (let frame = this.#snapshot?.frame(this.#nextPart); frame; frame = this.#snapshot?.frame(this.#nextPart)) {
      if (!this.#isOpen) return false;
      this.#nextPart += 1;
      if (!this.#connection.wire.write(frame)) return false;
    }
    return true;
  }

  #catchUp(): void {
    const { backlog } = this.#serving;
    this.#serving.flush();
    while (this.#isOpen) {
      if (!backlog.reaches(this.#has)) {
        this.#serving.tooSlow(this);
        return;
      }
      const missed = backlog.after(this.#has, STEP);
      const last = missed.at(-1);
      if (last === undefined) {
        this.#stage = 'live';
        return;
      }
      this.#has = last.index;
      const frames = missed
        .filter((told) => this.view.wants(told, () => payloadIn(told.frame)))
        .map(({ frame }) => frame);
      if (frames.length > 0 && !this.#connection.wire.write(Buffer.concat(frames))) return;
    }
  }

  get #isOpen(): boolean {
    return this.#connection.socket.readyState === WebSocket.OPEN;
  }

  /** Who does not read is let go before the frames that wait for it eat the memory. */
  #write(frame: Buffer): void {
    if (!this.#isOpen) return;
    const { wire } = this.#connection;
    const limit = this.view.subscription.channels.has('kv') ? MAX_UNSENT_KEYS : MAX_UNSENT;
    if (wire.writableLength > limit) this.#serving.tooSlow(this);
    else wire.write(frame);
  }
}

const payloadIn = (frame: Buffer): object => (JSON.parse(textIn(frame)) as { readonly payload: object }).payload;
