import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { KvChange } from '../model/kv.ts';
import { wants } from './change-entry.ts';
import { MOST_PREFIXES } from './cluster/forms.ts';
import type { NumberedLog } from './cluster/log-service.ts';
import { MemberTail } from './cluster/member-tail.ts';
import { MergedLog } from './cluster/merged-log.ts';
import type { Answer, Question, Told } from './cluster/messages.ts';
import { COPIES } from './cluster/view.ts';
import { isReserved, RESERVED } from './key-rules.ts';

/** Readers come again and again. */
const LINGER_MS = 600_000;
/** Of other prefixes, all keys are followed: the public ones or the others. */
const MOST_NAMED = MOST_PREFIXES - 2;

interface Parts {
  readonly self: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The log of this node. */
  readonly own: NumberedLog;
  /** The nodes of the ring. */
  members(): readonly string[];
  ask(node: string, question: Question, timeoutMs: number): Promise<Answer>;
  /** Gets each change, with its number in the log as it is now. */
  tell(change: KvChange): void;
}

/** What was told by the nodes of the ring while somebody wanted to know. */
interface Merging {
  readonly name: string;
  readonly log: MergedLog;
  readonly tails: Map<string, MemberTail>;
  /** Resolves when what is followed now is told from here on. */
  ready: Promise<unknown>;
}

interface Attendance {
  readers: number;
  /** Monotonic time until which it is followed without readers. */
  until: number;
  timer: Disposable | undefined;
}

/**
 * The changes of all keys of the ring. A node that keeps every key has them in its own log; one that does not, asks all nodes of the ring
 * for theirs as long as somebody follows them.
 */
export class RingChanges implements NumberedLog, Disposable {
  readonly #parts: Parts;
  /** Those who follow the keys of a prefix. */
  readonly #attending = new Map<string, Attendance>();
  #merging: Merging | undefined;
  #prefixes: readonly string[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Number of the last change. */
  get index(): number {
    return (this.#merging?.log ?? this.#parts.own).index;
  }

  /** Differs between logs in which numbers mean different things; `undefined` for that of this node. */
  get name(): string | undefined {
    return this.#merging?.name;
  }

  async changes(index: number, limit: number): Promise<readonly KvChange[]> {
    return await (this.#merging?.log ?? this.#parts.own).changes(index, limit);
  }

  /** A change has been logged by this node. */
  hear(change: KvChange): void {
    if (this.#merging === undefined) this.#parts.tell(change);
    else if (!change.isLate && this.#prefixes.some((prefix) => wants({ prefix }, change))) this.#merge(change);
  }

  /** Somebody follows keys that begin with this, until it is disposed of. Resolves when none of their changes is missed any more. */
  async attend(prefix: string): Promise<Disposable> {
    const isNamed = this.#attending.has(prefix) || this.#attending.size < MOST_NAMED;
    const followed = isNamed ? prefix : isReserved(prefix) ? RESERVED : '';
    const attendance = this.#attending.get(followed) ?? { readers: 0, until: 0, timer: undefined };
    this.#attending.set(followed, attendance);
    attendance.readers += 1;
    this.look();
    await this.#merging?.ready;
    return { [Symbol.dispose]: () => this.#goes(followed, attendance) };
  }

  /** The ring may be another, or others may follow it. */
  look(): void {
    const before = this.#prefixes;
    this.#prefixes = [...this.#attending.keys()];
    if (this.#prefixes.length === 0) this.#stop();
    else if (this.#merging !== undefined || this.#isPartial) this.#follow(before);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#attending.values()) timer?.[Symbol.dispose]();
    this.#attending.clear();
    this.#stop();
  }

  /** Each key is on so many nodes: of a larger ring a node hears only of its own keys, and beside the ring of none. */
  get #isPartial(): boolean {
    const members = this.#parts.members();
    return members.length > COPIES || !members.includes(this.#parts.self);
  }

  #follow(before: readonly string[]): void {
    const { self, random, members } = this.#parts;
    this.#merging ??= { name: nameFrom(random), log: new MergedLog(), tails: new Map(), ready: Promise.resolve() };
    const { tails, ready } = this.#merging;
    const others = members().filter((node) => node !== self);
    for (const [node, tail] of tails) {
      if (others.includes(node)) continue;
      tail[Symbol.dispose]();
      tails.delete(node);
    }
    const isMore = this.#prefixes.some((prefix) => !before.includes(prefix));
    const rescoped = isMore ? [...tails.values()].map((tail) => tail.rescope()) : [];
    const joined = others.filter((node) => !tails.has(node)).map((node) => [node, this.#tailOf(node)] as const);
    for (const [node, tail] of joined) tails.set(node, tail);
    this.#merging.ready = Promise.all([ready, ...rescoped, ...joined.map(([, { begun }]) => begun)]);
  }

  #tailOf(node: string): MemberTail {
    return new MemberTail({
      clock: this.#parts.clock,
      ask: (question, timeoutMs) => this.#parts.ask(node, question, timeoutMs),
      prefixes: () => this.#prefixes,
      newest: (key) => this.#merging?.log.newest(key),
      tell: (change) => this.#merge(change),
    });
  }

  #merge({ op, key, version, expires }: Told): void {
    const change = this.#merging?.log.add({ op, key, version, expires });
    if (change !== undefined) this.#parts.tell(change);
  }

  #goes(prefix: string, attendance: Attendance): void {
    attendance.readers -= 1;
    attendance.until = this.#parts.clock.now() + LINGER_MS;
    if (attendance.readers === 0) this.#forgetLater(prefix, attendance);
  }

  /** One timer a prefix, however often its readers come and go. */
  #forgetLater(prefix: string, attendance: Attendance): void {
    const { clock } = this.#parts;
    attendance.timer ??= clock.after(attendance.until - clock.now(), () => {
      attendance.timer = undefined;
      if (attendance.readers > 0) return;
      if (attendance.until > clock.now()) this.#forgetLater(prefix, attendance);
      else {
        this.#attending.delete(prefix);
        this.look();
      }
    });
  }

  #stop(): void {
    for (const tail of this.#merging?.tails.values() ?? []) tail[Symbol.dispose]();
    this.#merging = undefined;
  }
}

const nameFrom = (random: Random): string =>
  Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
