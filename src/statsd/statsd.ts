/** The statsd door: takes counters, gauges, timers and sets over UDP and TCP, and makes series of what each window had. */
import { type Clock, every } from '../base/clock.ts';
import type { Disposal } from '../base/disposal.ts';
import type { Logger } from '../base/log.ts';
import { Networks } from '../base/networks.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import { SourceShare } from '../base/source-share.ts';
import type { Endpoint, ListenPlace } from '../net/address.ts';
import { DropWatch } from '../net/drop-watch.ts';
import { eachLine, LineStream } from '../net/lines.ts';
import { listenEverywhere } from '../net/listen-everywhere.ts';
import { Sessions } from '../net/sessions.ts';
import { type Incoming, listenTcp } from '../net/tcp.ts';
import { bindUdp } from '../net/udp.ts';
import { StatsdCounters } from './counters.ts';
import { Flusher } from './flusher.ts';
import { KeptGauges } from './kept-gauges.ts';
import type { StatsdSettings } from './settings.ts';
import { readCheck, readEvent, type ToldCheck, type ToldEvent } from './told.ts';
import { type Store, Window } from './window.ts';

/** What the door needs. */
export interface StatsdOptions {
  /** Addresses to listen on; one that this machine lacks is skipped, unless it is the first. */
  readonly bind: readonly [string, ...string[]];
  /** 0 takes a free one, the same for UDP and TCP and on every address. */
  readonly port: number;
  readonly settings: StatsdSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Takes the points of a window; times are epoch seconds. */
  readonly store: Store;
  readonly takeEvent: (event: ToldEvent) => void;
  /** Takes the result of a check; false when there is no such check that waits for results. */
  readonly takeCheck: (check: ToldCheck) => boolean;
  /** Where gauges are kept over restarts. */
  readonly shelf: Shelf;
  /** Says what is wrong and what to do; empty when nothing is any more. */
  readonly trouble: (code: 'drops' | 'series', text: string) => void;
}

/** The open door. */
export interface StatsdDoor extends AsyncDisposable {
  readonly port: number;
  readonly counters: StatsdCounters;
  /** What the open window has. */
  readonly window: Pick<Window, 'all'>;
  /** Forgets all series of a key; false when there is none. */
  forget(key: string): boolean;
}

const SOCKET_BUFFER = 4 * 1024 * 1024;
const LONGEST_LINE = 8_192;
const IDLE_MS = 600_000;
const MOST_SESSIONS = 1_000;
const SAVE_MS = 60_000;
/** New series that one source may begin. */
const BEGINNINGS = { perSecond: 1_000, burst: 10_000 };
const UNDERSCORE = 95;
const STANDINGS = 4_096;

/** Opens the door. Fails with the system's error when the port is taken or the first address is not ours. */
export async function startStatsd(options: StatsdOptions): Promise<StatsdDoor> {
  const intake = new Intake(options);
  await intake.restore();
  const { bind, port, log } = options;
  const lacks = (address: string) =>
    log.info({ address }, 'statsd does not listen on an address that this machine lacks');
  const listening = await listenEverywhere({ bind, port, lacks }, (at, opened) => intake.listen(at, opened));
  intake.begin(listening.places);
  return {
    port: listening.port,
    counters: intake.counters,
    window: intake.window,
    forget: (key) => intake.forget(key),
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      intake.finish();
    },
  };
}

/** What comes in, whatever way. */
class Intake {
  readonly #options: StatsdOptions;
  readonly #networks: Networks;
  readonly #standings = new Map<string, boolean>();
  readonly #share: SourceShare;
  readonly #sessions: Sessions;
  readonly #gauges: KeptGauges;
  readonly window: Window;
  readonly counters: StatsdCounters;
  #drops = new DropWatch([]);
  /** Who sent the datagram whose lines are being taken. */
  #source = '';
  // Made once, not for each datagram.
  readonly #maySourceBegin = () => this.#share.take(this.#source);
  readonly #takeSent = (line: Buffer, start: number, end: number) =>
    this.#takeLine(line, start, end, this.#maySourceBegin);
  #flusher: Flusher | undefined;
  #saving: Disposable | undefined;

  constructor(options: StatsdOptions) {
    const { settings, clock, random, store, shelf } = options;
    this.#options = options;
    this.#networks = new Networks(settings.allow);
    this.#share = new SourceShare(clock, BEGINNINGS);
    this.#sessions = new Sessions({ clock, idleMs: IDLE_MS, most: MOST_SESSIONS });
    this.counters = new StatsdCounters(() => this.#drops.total);
    this.window = new Window({ settings, counters: this.counters, random, store, now: () => this.#now() });
    this.#gauges = new KeptGauges(shelf, this.window);
  }

  async restore(): Promise<void> {
    const { gaugeTtl, interval } = this.#options.settings;
    await this.#gauges.restore(this.#now(), gaugeTtl * interval);
  }

  /** Listens on the transports of one address, and tells the port. */
  async listen(at: ListenPlace, opened: Disposal): Promise<number> {
    const { settings, log } = this.#options;
    let { port } = at;
    if (settings.transports === 'udp and tcp') {
      const tcp = opened.use(await listenTcp(at, (connection) => this.#onConnection(connection)));
      port = tcp.port;
    }
    const udp = opened.use(await bindUdp({ ...at, port }, 'alone', SOCKET_BUFFER));
    udp.onMessage((bytes, from) => this.#onDatagram(bytes as Buffer, from.address));
    log.info(
      { address: at.address, bytes: udp.receiveBuffer },
      'the system holds so many bytes of datagrams for statsd',
    );
    return udp.port;
  }

  /** The door is open: windows begin. */
  begin(places: readonly Endpoint[]): void {
    const { clock, settings } = this.#options;
    this.#drops = new DropWatch(places);
    this.#flusher = new Flusher({
      clock,
      intervalMs: settings.interval * 1_000,
      end: (seconds, time) => this.window.end(seconds, time),
      ended: (time, workMs, late) => this.#onFlushed(time, workMs, late),
    });
    this.#saving = every(clock, SAVE_MS, () => this.#gauges.save(this.#now()));
  }

  forget(key: string): boolean {
    this.#gauges.forget(key);
    return this.window.forget(key);
  }

  /** Tells of the window as it is, and keeps the gauges. */
  finish(): void {
    this.#sessions[Symbol.dispose]();
    this.#saving?.[Symbol.dispose]();
    this.#gauges.save(this.#now());
    this.#flusher?.finish();
    this.#options.trouble('drops', '');
    this.#options.trouble('series', '');
  }

  #onDatagram(bytes: Buffer, source: string): void {
    if (!this.#mayCome(source)) return;
    this.counters.packets += 1;
    this.#source = source;
    eachLine(bytes, this.#takeSent);
  }

  #onConnection(connection: Incoming): void {
    const { address } = connection.remote;
    if (!this.#mayCome(address)) {
      connection.close();
      return;
    }
    const mayBegin = () => this.#share.take(address);
    const lines = new LineStream(
      LONGEST_LINE,
      (bytes, start, end) => this.#takeLine(bytes, start, end, mayBegin),
      () => {
        this.counters.badLines += 1;
        connection.close();
        return 'stop';
      },
    );
    const take = (bytes: Buffer) => {
      this.counters.packets += 1;
      lines.push(bytes);
    };
    if (!this.#sessions.admit(connection, { take, end: () => lines.finish() })) this.counters.refused += 1;
  }

  #mayCome(address: string): boolean {
    const known = this.#standings.get(address);
    const isAllowed = known ?? this.#networks.has(address.replace(/%.*$/, ''));
    if (known === undefined) {
      if (this.#standings.size >= STANDINGS) this.#standings.clear();
      this.#standings.set(address, isAllowed);
    }
    if (!isAllowed) this.counters.refused += 1;
    return isAllowed;
  }

  #takeLine(bytes: Buffer, start: number, end: number, mayBegin: () => boolean): void {
    if (end - start > LONGEST_LINE) this.counters.badLines += 1;
    else if (bytes[start] !== UNDERSCORE || !this.#takeTold(bytes.subarray(start, end)))
      this.window.take(bytes, start, end, mayBegin);
  }

  /** Takes an event or the result of a check; false when it is neither. */
  #takeTold(line: Buffer): boolean {
    const head = line.toString('latin1', 0, 4);
    if (head.startsWith('_e{')) this.#takeEvent(line);
    else if (head === '_sc|') this.#takeCheck(line);
    else return false;
    return true;
  }

  #takeEvent(line: Buffer): void {
    const event = readEvent(line);
    if (!event) this.counters.badLines += 1;
    else if (!this.#options.settings.takesEvents) this.counters.ignored += 1;
    else {
      this.#options.takeEvent(event);
      this.counters.samples += 1;
    }
  }

  #takeCheck(line: Buffer): void {
    const check = readCheck(line);
    if (!check) this.counters.badLines += 1;
    else if (!this.#options.settings.takesChecks || !this.#options.takeCheck(check)) this.counters.ignored += 1;
    else this.counters.samples += 1;
  }

  #onFlushed(time: number, workMs: number, late: number): void {
    const { counters } = this;
    const { store, trouble, settings } = this.#options;
    counters.flushMs = workMs;
    const own: readonly (readonly [string, number])[] = [
      ['numStats', counters.series],
      ['bad_lines_seen', counters.badLines],
      ['packets_received', counters.packets],
      ['metrics_received', counters.samples],
      ['timestamp_lag', late],
      ['processing_time', workMs],
      ['udp_drops', counters.drops],
      ['series_dropped', counters.seriesDropped],
    ];
    for (const [name, value] of own) store(`statsd.${name}`, value, time);
    trouble('drops', this.#drops.look());
    const isFull = counters.series >= settings.maxSeries;
    trouble('series', isFull ? `there are ${counters.series} series, as many as statsd.max_series allows` : '');
  }

  #now(): number {
    return this.#options.clock.wall() / 1_000;
  }
}
