import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { SourceShare } from '../base/source-share.ts';
import { LineComplaints } from './complaints.ts';
import { type Fault, GraphiteCounters, type Listener } from './counters.ts';
import { PointLine } from './line.ts';
import { seriesPath } from './path.ts';
import { Paths } from './paths.ts';
import { PickleRefused } from './pickle.ts';
import { readPoints, type SentPoint } from './pickled-points.ts';

/** Where points go. */
export interface PointStore {
  /** Takes a point; tells whether it was taken. Times are epoch seconds. */
  put(name: string, value: number, time: number, origin: 'received'): boolean;
  /** Whether there is a series of that name. */
  has(name: string): boolean;
  /** Whether those who send by a connection should wait. */
  readonly isBusy: boolean;
}

/** What turns what comes in into points. */
export interface IntakeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: PointStore;
  /** How many datagrams the system threw away. */
  readonly drops: () => number;
}

/** Who sent something, and by which way it came. */
export interface Source {
  readonly listener: Listener;
  readonly address: string;
}

/** New series that one source may begin. */
const MOST_PICKLED = 250_000;
const BEGINNINGS = { perSecond: 1_000, burst: 10_000 };

/** Makes points of lines and pickles; what is wrong is counted, told of, and costs only itself. */
export class Intake {
  readonly counters: GraphiteCounters;
  readonly #options: IntakeOptions;
  readonly #line = new PointLine();
  readonly #paths: Paths;
  /** Names by paths of pickles, which are strings anyway. */
  readonly #pickledPaths = new Map<string, string>();
  readonly #share: SourceShare;
  readonly #complaints: LineComplaints;

  constructor(options: IntakeOptions) {
    const { clock, random, log, drops } = options;
    this.#options = options;
    this.counters = new GraphiteCounters(drops);
    this.#paths = new Paths(Math.floor(random() * 2 ** 32));
    this.#share = new SourceShare(clock, BEGINNINGS);
    this.#complaints = new LineComplaints(clock, log);
  }

  /** Takes the line at these bytes. */
  takeLine(bytes: Buffer, start: number, end: number, source: Source): void {
    const fault = this.#readLine(bytes, start, end, source);
    if (fault === undefined) this.counters.countPoint(source.listener);
    else this.refuse(fault, source, bytes.subarray(start, end));
  }

  /** Takes the points of a pickle; false when it is one that nobody should send. */
  takePickle(bytes: Buffer, source: Source): boolean {
    try {
      const { points, bad } = readPoints(bytes);
      this.counters.countBad(source.listener, 'shape', bad);
      for (const point of points) this.#takePoint(point, source);
      return true;
    } catch (error) {
      if (!(error instanceof PickleRefused)) throw error;
      this.refuse('pickle_refused', source, bytes.subarray(0, 0));
      return false;
    }
  }

  /** Counts what is no point, and tells of it. */
  refuse(fault: Fault, source: Source, line: Buffer): void {
    this.counters.countBad(source.listener, fault);
    this.#complaints.note(source.address, fault, line);
  }

  #readLine(bytes: Buffer, start: number, end: number, { address }: Source): Fault | undefined {
    const line = this.#line;
    const fault = line.read(bytes, start, end);
    if (fault) return fault;
    const known = this.#paths.find(bytes, line.pathStart, line.pathEnd);
    if (known < 0) return this.#learn(bytes, address);
    const name = this.#paths.nameOf(known);
    return name === undefined ? 'path' : this.#store(name, line.value, line.time);
  }

  /** Takes the point of a path that did not come before. */
  #learn(bytes: Buffer, address: string): Fault | undefined {
    const { pathStart, pathEnd, value, time } = this.#line;
    const name = seriesPath(bytes.toString('utf8', pathStart, pathEnd));
    if (name !== undefined && !this.#mayBegin(name, address)) return 'share';
    this.#paths.learn(bytes, pathStart, pathEnd, name);
    return name === undefined ? 'path' : this.#store(name, value, time);
  }

  #takePoint({ path, value, time }: SentPoint, { listener, address }: Source): void {
    const known = this.#pickledPaths.get(path);
    const name = known ?? seriesPath(path);
    const isNew = known === undefined && name !== undefined;
    if (name === undefined) this.counters.countBad(listener, 'path');
    else if (isNew && !this.#mayBegin(name, address)) this.counters.countBad(listener, 'share');
    else {
      if (isNew) this.#rememberPickled(path, name);
      const fault = this.#store(name, value, time);
      if (fault) this.counters.countBad(listener, fault);
      else this.counters.countPoint(listener);
    }
  }

  #rememberPickled(path: string, name: string): void {
    if (this.#pickledPaths.size >= MOST_PICKLED) this.#pickledPaths.clear();
    this.#pickledPaths.set(path, name);
  }

  #mayBegin(name: string, address: string): boolean {
    return this.#options.store.has(name) || this.#share.take(address);
  }

  #store(name: string, value: number, time: number): Fault | undefined {
    const { store, clock } = this.#options;
    const at = time === -1 ? Math.floor(clock.wall() / 1_000) : time;
    return store.put(name, value, at, 'received') ? undefined : 'store';
  }
}
