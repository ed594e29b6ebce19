/** The doors of Graphite: take points as lines over TCP and UDP, and as pickles over TCP. */
import { type Clock, every } from '../base/clock.ts';
import type { Disposal } from '../base/disposal.ts';
import type { Logger } from '../base/log.ts';
import { Networks } from '../base/networks.ts';
import type { Random } from '../base/random.ts';
import type { Endpoint, ListenPlace } from '../net/address.ts';
import { DropWatch } from '../net/drop-watch.ts';
import { eachLine, LineStream } from '../net/lines.ts';
import { type Listening, listenEverywhere } from '../net/listen-everywhere.ts';
import { type Session, Sessions } from '../net/sessions.ts';
import { type Incoming, listenTcp } from '../net/tcp.ts';
import { bindUdp } from '../net/udp.ts';
import type { GraphiteCounters, Listener } from './counters.ts';
import { Frames } from './frames.ts';
import { Intake, type PointStore } from './intake.ts';

/** Who may send, and by which ways. */
export interface GraphiteSettings {
  readonly allow: readonly string[];
  /** At least one of them. */
  readonly listeners: ReadonlySet<Listener>;
  readonly idleMs: number;
  readonly maxConnections: number;
}

/** What the doors need. */
export interface GraphiteOptions {
  /** Addresses to listen on; one that this machine lacks is skipped, unless it is the first. */
  readonly bind: readonly [string, ...string[]];
  /** 0 takes a free one, the same for UDP and TCP and on every address. */
  readonly port: number;
  readonly settings: GraphiteSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: PointStore;
  /** Says what is wrong and what to do; empty when nothing is any more. */
  readonly trouble: (code: 'drops', text: string) => void;
}

/** An open door. */
export interface GraphiteDoor extends AsyncDisposable {
  readonly port: number;
  readonly counters: GraphiteCounters;
}

const SOCKET_BUFFER = 4 * 1024 * 1024;
const LONGEST_LINE = 4_096;
const LOOK_MS = 10_000;

/** Opens a door for the listeners that are wanted at one port. Fails with the system's error when it is taken. */
export async function startGraphite(options: GraphiteOptions): Promise<GraphiteDoor> {
  const listeners = new Listeners(options);
  const { bind, port, log, clock, trouble } = options;
  const lacks = (address: string) =>
    log.info({ address }, 'Graphite does not listen on an address that this machine lacks');
  const listening: Listening = await listenEverywhere({ bind, port, lacks }, (at, opened) =>
    listeners.listen(at, opened),
  );
  listeners.watch(listening.places);
  const looking = every(clock, LOOK_MS, () => trouble('drops', listeners.look()));
  return {
    port: listening.port,
    counters: listeners.counters,
    async [Symbol.asyncDispose]() {
      looking[Symbol.dispose]();
      trouble('drops', '');
      await listening[Symbol.asyncDispose]();
      listeners[Symbol.dispose]();
    },
  };
}

class Listeners implements Disposable {
  readonly #options: GraphiteOptions;
  readonly #networks: Networks;
  readonly #sessions: Sessions;
  readonly #intake: Intake;
  #drops = new DropWatch([]);

  constructor(options: GraphiteOptions) {
    const { settings, clock, random, log, store } = options;
    this.#options = options;
    this.#networks = new Networks(settings.allow);
    const { idleMs, maxConnections: most } = settings;
    this.#sessions = new Sessions({ clock, idleMs, most, isFull: () => store.isBusy });
    this.#intake = new Intake({ clock, random, log, store, drops: () => this.#drops.total });
  }

  get counters(): GraphiteCounters {
    return this.#intake.counters;
  }

  watch(places: readonly Endpoint[]): void {
    if (this.#options.settings.listeners.has('udp')) this.#drops = new DropWatch(places);
  }

  look(): string {
    return this.#drops.look();
  }

  /** Listens on the transports of one address, and tells the port. */
  async listen(at: ListenPlace, opened: Disposal): Promise<number> {
    const { listeners } = this.#options.settings;
    let { port } = at;
    const stream = listeners.has('pickle') ? 'pickle' : listeners.has('tcp') ? 'tcp' : undefined;
    if (stream) port = opened.use(await listenTcp(at, (connection) => this.#onConnection(connection, stream))).port;
    if (!listeners.has('udp')) return port;
    const udp = opened.use(await bindUdp({ ...at, port }, 'alone', SOCKET_BUFFER));
    udp.onMessage((bytes, from) => this.#onDatagram(bytes as Buffer, from.address));
    return udp.port;
  }

  [Symbol.dispose](): void {
    this.#sessions[Symbol.dispose]();
  }

  #onDatagram(bytes: Buffer, address: string): void {
    const source = { listener: 'udp', address } as const;
    if (!this.#mayCome(address)) {
      this.counters.countBad('udp', 'not_allowed');
      return;
    }
    eachLine(bytes, (line, start, end) => {
      if (end - start > LONGEST_LINE) this.#intake.refuse('long', source, line.subarray(start, end));
      else this.#intake.takeLine(line, start, end, source);
    });
  }

  #onConnection(connection: Incoming, listener: 'tcp' | 'pickle'): void {
    const { address } = connection.remote;
    if (!this.#mayCome(address)) {
      this.counters.countBad(listener, 'not_allowed');
      connection.close();
      return;
    }
    const session = listener === 'tcp' ? this.#lines(address) : this.#pickles(connection);
    if (!this.#sessions.admit(connection, session)) this.counters.countBad(listener, 'connections');
  }

  #lines(address: string): Session {
    const source = { listener: 'tcp', address } as const;
    const lines = new LineStream(
      LONGEST_LINE,
      (bytes, start, end) => this.#intake.takeLine(bytes, start, end, source),
      () => {
        this.#intake.refuse('long', source, Buffer.alloc(0));
        return 'skip it';
      },
    );
    return { take: (bytes) => lines.push(bytes), end: () => lines.finish() };
  }

  #pickles(connection: Incoming): Session {
    const source = { listener: 'pickle', address: connection.remote.address } as const;
    let isOpen = true;
    const close = () => {
      isOpen = false;
      connection.close();
    };
    const frames = new Frames((frame) => {
      if (isOpen && !this.#intake.takePickle(frame, source)) close();
    });
    const take = (bytes: Buffer) => {
      if (!isOpen || frames.push(bytes)) return;
      this.#intake.refuse('frame', source, Buffer.alloc(0));
      close();
    };
    return { take, end: () => {} };
  }

  #mayCome(address: string): boolean {
    return this.#networks.has(address.replace(/%.*$/, ''));
  }
}
