/** How a reload goes about errors: leave out what is broken, or change nothing at all. */
export type ReloadMode = 'leave-out' | 'all-or-nothing';

/**
 * One reload after the other. All who ask while one runs share the one that follows it, as that reads what is written by then; only those
 * who go about errors in another way have one of their own.
 */
export class ReloadQueue<Answer> {
  readonly #reload: (mode: ReloadMode) => Promise<Answer>;
  readonly #waiting = new Map<ReloadMode, Promise<Answer>>();
  /** Resolves when nothing runs or waits any more. */
  #end: Promise<void> = Promise.resolve();

  constructor(reload: (mode: ReloadMode) => Promise<Answer>) {
    this.#reload = reload;
  }

  /** The answer of a reload that begins after this call. */
  async ask(mode: ReloadMode): Promise<Answer> {
    return await (this.#waiting.get(mode) ?? this.#append(mode));
  }

  #append(mode: ReloadMode): Promise<Answer> {
    const answer = this.#end.then(() => {
      this.#waiting.delete(mode);
      return this.#reload(mode);
    });
    this.#waiting.set(mode, answer);
    this.#end = settled(answer);
    return answer;
  }
}

const settled = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => undefined,
    () => undefined,
  );
