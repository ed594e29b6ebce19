type Close = () => void | Promise<void>;

/** What stands for something to be disposed of where there is nothing. */
export const NOTHING_OPEN: Disposable = { [Symbol.dispose]() {} };

/** Things that were opened; closing closes them in reverse order, each even if another fails. (Node 20 has no AsyncDisposableStack.) */
export class Disposal implements AsyncDisposable {
  readonly #closers: Close[] = [];

  /** Remembers how to close something. */
  defer(close: Close): void {
    this.#closers.push(close);
  }

  /** Remembers something to be disposed of, and gives it back. */
  use<T extends Disposable | AsyncDisposable>(thing: T): T {
    this.defer(() =>
      Symbol.asyncDispose in thing ? Promise.resolve(thing[Symbol.asyncDispose]()) : thing[Symbol.dispose](),
    );
    return thing;
  }

  /** Closes everything, last opened first. Throws the first failure after all were tried. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
