import { type Clock, delay } from '../../base/clock.ts';
import { wants } from '../change-entry.ts';
import { stampAt } from '../hlc.ts';
import { isLive, type KvRecord } from '../record.ts';
import { versionText } from '../version.ts';
import type { Answer, FollowedAnswer, Keyed, LogPlace, Question, Told } from './messages.ts';
import type { RecordPage } from './ports.ts';

const WAIT_MS = 10_000;
const ANSWER_MS = 1_000;
const AGAIN_MS = 1_000;
const PAGE = 1_000;
/** How far clocks may be apart: what was written so long before a gap may have been missed as well. */
const SKEW_MS = 10_000;

interface Parts {
  readonly clock: Clock;
  /** Asks the node that is followed. */
  ask(question: Question, timeoutMs: number): Promise<Answer>;
  /** What the keys begin with that are of interest now. */
  prefixes(): readonly string[];
  /** The newest version of a key that was told of, as text. */
  newest(key: string): string | undefined;
  tell(change: Told): void;
}

/** Follows the log of another node until it is disposed of, over breaks and restarts. */
export class MemberTail implements Disposable {
  readonly #parts: Parts;
  readonly #over = new AbortController();
  /** Where its log was read to. */
  #place: LogPlace | undefined;
  /** Wall time of its last answer. */
  #heardAt = 0;
  #interrupt: () => void = () => {};
  /** Those who wait until all that has happened so far was told. */
  #waiting: (() => void)[] = [];
  /** Resolves once it has answered for the first time, or has failed to. */
  readonly begun: Promise<unknown>;

  constructor(parts: Parts) {
    this.#parts = parts;
    const first = this.#tryTurn();
    this.begun = first;
    void this.#goOn(first);
  }

  /** Other keys are of interest from now on. Resolves when what became of them so far was told, or cannot be. */
  rescope(): Promise<unknown> {
    // Who has yet to say how far its log is tells of nothing that was before.
    if (this.#place === undefined) return this.begun;
    const toldAll = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#interrupt();
    return toldAll;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#interrupt();
  }

  async #goOn(first: Promise<boolean>): Promise<void> {
    const { signal } = this.#over;
    let isWell = await first;
    while (!signal.aborted) {
      if (!isWell) await delay(this.#parts.clock, AGAIN_MS, signal).catch(() => {});
      if (!signal.aborted) isWell = await this.#tryTurn();
    }
    for (const resolve of this.#waiting) resolve();
  }

  /** `false`: it does not run, or cannot be reached; it will be asked again for what is behind the same place. */
  async #tryTurn(): Promise<boolean> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const isDone = await this.#turn(waiting.length > 0 ? 0 : WAIT_MS);
      if (isDone) for (const resolve of waiting) resolve();
      else this.#waiting.push(...waiting);
      return true;
    } catch {
      for (const resolve of waiting) resolve();
      return false;
    }
  }

  /** Whether it was not interrupted. */
  async #turn(waitMs: number): Promise<boolean> {
    const answer = await this.#asked(this.#place === undefined ? 0 : waitMs);
    if (answer === undefined || this.#over.signal.aborted) return false;
    if (answer.isGone) await this.#compare();
    for (const change of answer.changes) this.#parts.tell(change);
    this.#place = answer.place;
    this.#heardAt = this.#parts.clock.wall();
    return true;
  }

  /** Nothing when other keys are of interest meanwhile: then the same is asked again for those. */
  async #asked(waitMs: number): Promise<FollowedAnswer | undefined> {
    const place = this.#place;
    const interrupted = new Promise<undefined>((resolve) => {
      this.#interrupt = () => resolve(undefined);
    });
    const asked = this.#parts.ask(
      { type: 'follow', place, prefixes: this.#parts.prefixes(), waitMs },
      waitMs + ANSWER_MS,
    );
    asked.catch(() => {});
    const answer = await Promise.race([asked, interrupted]);
    if (answer === undefined || answer.type === 'followed') return answer;
    throw new Error(`it answered ${answer.type}`);
  }

  /** Its log does not say what happened since it answered last: what it holds does. */
  async #compare(): Promise<void> {
    for (const prefix of this.#parts.prefixes()) {
      let after: string | undefined;
      do {
        const page = await this.#page(prefix, after);
        for (const keyed of page.records) if (wants({ prefix }, keyed)) this.#tellOf(keyed);
        after = page.next;
      } while (after !== undefined && !this.#over.signal.aborted);
    }
  }

  async #page(prefix: string, after: string | undefined): Promise<RecordPage> {
    const scope = { prefix, include: 'all', limit: PAGE, values: 'without' } as const;
    const answer = await this.#parts.ask({ type: 'scan', scope, after }, ANSWER_MS);
    if (answer.type === 'scanned') return answer;
    throw new Error(`it answered ${answer.type}`);
  }

  #tellOf({ key, record }: Keyed): void {
    const version = versionText(record.version);
    const known = this.#parts.newest(key);
    const isOld = record.version.stamp < stampAt(this.#heardAt - SKEW_MS);
    if (known === undefined ? isOld : version <= known) return;
    const op = this.#opOf(record);
    if (op !== undefined) this.#parts.tell({ op, key, version, expires: record.expires || null });
  }

  #opOf(record: KvRecord): Told['op'] | undefined {
    if (record.kind === 'tombstone') return 'delete';
    return isLive(record, this.#parts.clock.wall()) ? 'put' : undefined;
  }
}
