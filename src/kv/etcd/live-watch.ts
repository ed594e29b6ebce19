import type { Clock } from '../../base/clock.ts';
import { delay } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { KvChange } from '../../model/kv.ts';
import { changeOf } from './about.ts';
import type { Gateway } from './gateway.ts';
import type { Places } from './places.ts';
import { type WatchLine, watchLineOf } from './wire.ts';

const KEPT = 10_000;
const AGAIN_MS = 1_000;
const LATEST_MS = 30_000;

interface Options {
  readonly gateway: Gateway;
  readonly places: Places;
  readonly clock: Clock;
  readonly log: Logger;
  onChange(change: KvChange): void;
  /** The revision that an answer was given at. */
  onRevision(revision: number): void;
}

/** Follows all changes of keys for as long as it lives, over lost connections, and keeps the last of them. */
export class LiveWatch implements Disposable {
  readonly #options: Options;
  readonly #stop = new AbortController();
  /** Everything behind this revision is among the kept. */
  #behind: number | undefined;
  #last = 0;
  #kept: KvChange[] = [];
  #error = 'not connected yet';
  #begun: () => void = () => {};
  readonly #beginning = new Promise<void>((resolve) => {
    this.#begun = resolve;
  });

  constructor(options: Options) {
    this.#options = options;
  }

  /** Why nothing is heard now; empty while all is well. */
  get error(): string {
    return this.#error;
  }

  /** Resolves once it follows, or when that did not work at first; it goes on trying. */
  async start(): Promise<void> {
    void this.#run();
    await this.#beginning;
  }

  /** The changes behind a revision, at most so many; `undefined` when not all of them are kept here. */
  kept(revision: number, limit: number): readonly KvChange[] | undefined {
    if (this.#behind === undefined || revision < this.#behind) return undefined;
    const first = this.#kept.findIndex(({ index }) => index > revision);
    return first < 0 ? [] : this.#kept.slice(first, first + limit);
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    let wait = AGAIN_MS;
    while (!this.#stop.signal.aborted) {
      try {
        for await (const line of this.#lines()) {
          wait = AGAIN_MS;
          this.#hear(line);
        }
        this.#lose('the connection was closed');
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#lose(messageOf(error));
        log.debug({ error: messageOf(error) }, 'kv: etcd cannot be watched');
      }
      this.#begun();
      await delay(clock, wait, this.#stop.signal).catch(() => undefined);
      wait = Math.min(2 * wait, LATEST_MS);
    }
  }

  async *#lines(): AsyncGenerator<WatchLine> {
    const { gateway, places } = this.#options;
    const start = this.#last === 0 ? {} : { start_revision: String(this.#last + 1) };
    const body = { create_request: { ...places.abouts('keys'), prev_kv: true, progress_notify: true, ...start } };
    for await (const line of gateway.lines('watch', body, this.#stop.signal)) yield watchLineOf(line);
  }

  #lose(why: string): void {
    if (this.#error === '') this.#options.log.warn({ error: why }, 'kv: the watch of etcd broke off');
    this.#error = why;
  }

  #hear(line: WatchLine): void {
    if (line.isCanceled) this.#cancelled(line);
    if (line.isCreated) this.#created(line.revision);
    for (const event of line.events) {
      const change = changeOf(event, this.#options.places, this.#options.clock.wall());
      if (change !== undefined) this.#note(change);
    }
    // A line without events says that there were none up to its revision.
    if (!line.isCreated && line.events.length === 0) this.#last = Math.max(this.#last, line.revision);
    this.#options.onRevision(line.revision);
  }

  #created(revision: number): void {
    if (this.#last === 0) this.#last = revision;
    this.#behind ??= this.#last;
    if (this.#error !== '' && this.#error !== 'not connected yet')
      this.#options.log.info({}, 'kv: etcd is watched again');
    this.#error = '';
    this.#begun();
  }

  /** What happened while there was no connection is lost when it was compacted meanwhile; readers have to list anew. */
  #cancelled({ compacted }: WatchLine): void {
    if (compacted > 0) {
      this.#last = 0;
      this.#behind = undefined;
      this.#kept = [];
    }
    throw new Error('etcd has ended the watch');
  }

  #note(change: KvChange): void {
    if (change.index <= this.#last) return;
    this.#last = change.index;
    this.#kept.push(change);
    if (this.#kept.length > 2 * KEPT) {
      this.#kept = this.#kept.slice(-KEPT);
      this.#behind = (this.#kept[0]?.index ?? 1) - 1;
    }
    this.#options.onRevision(change.index);
    this.#options.onChange(change);
  }
}
