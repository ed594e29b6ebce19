/** The events of one type; an event may be declared for several types at once. */
type EventOf<Events, Type> = Events extends { readonly type: infer Known }
  ? Type extends Known
    ? Events
    : never
  : never;

/**
 * Tells listeners what happened, at once and in the order they came; nothing is kept and nothing is queued.
 *
 * The bus is a wall: a listener that throws is reported and the others still run, so that one door cannot close another.
 */
export class Bus<Events extends { readonly type: string }> {
  readonly #listeners = new Map<string, Set<(event: never) => void>>();
  readonly #onError: (error: unknown, event: Events) => void;

  /** `onError` is told of each exception of a listener, with the event it was thrown at. */
  constructor(onError: (error: unknown, event: Events) => void) {
    this.#onError = onError;
  }

  on<Type extends Events['type']>(type: Type, listen: (event: EventOf<Events, Type>) => void): Disposable {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listen));
    return { [Symbol.dispose]: () => void listeners.delete(listen) };
  }

  emit(event: Events): void {
    const listeners = this.#listeners.get(event.type) as Set<(event: Events) => void> | undefined;
    for (const listen of listeners ?? []) {
      try {
        listen(event);
      } catch (error) {
        this.#onError(error, event);
      }
    }
  }
}
