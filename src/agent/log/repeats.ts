import type { Clock } from '../../base/clock.ts';
import type { Line } from './line.ts';

/** So often a message is written within the span before it is only counted. */
const MOST_ALIKE = 10;
const SPAN_MS = 60_000;
/** Different messages that are watched at a time; more in one span are written as they are. */
const MOST_WATCHED = 1_000;

interface Alike {
  readonly began: number;
  count: number;
  /** The last one that was held back. */
  held: Line | undefined;
  timer: Disposable | undefined;
}

/**
 * Holds messages back that come too often: after ten of the same within a minute one line says how often it was repeated. Warnings and
 * errors are the same when they say the same sentence, whatever the facts, since a flood of them has other facts each time; what is less
 * grave only when the facts are the same as well. Debug lines are never held back: who asks for them wants all.
 */
export class Repeats implements Disposable {
  readonly #clock: Clock;
  readonly #write: (line: Line) => void;
  #watched = new Map<string, Alike>();

  constructor(clock: Clock, write: (line: Line) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Writes the line, unless it was written too often. */
  take(line: Line): void {
    if (line.level === 'DEBUG') {
      this.#write(line);
      return;
    }
    const key = keyOf(line);
    const alike = this.#current(key);
    if (alike !== undefined) alike.count += 1;
    if (alike === undefined || alike.count <= MOST_ALIKE) {
      this.#write(line);
      return;
    }
    alike.held = line;
    alike.timer ??= this.#clock.after(alike.began + SPAN_MS - this.#clock.now(), () => this.#end(key, alike));
  }

  /** Says what was held back until now. */
  [Symbol.dispose](): void {
    for (const [key, alike] of this.#watched) this.#end(key, alike);
  }

  #current(key: string): Alike | undefined {
    const now = this.#clock.now();
    const known = this.#watched.get(key);
    if (known !== undefined && now - known.began < SPAN_MS) return known;
    if (known !== undefined) this.#end(key, known);
    if (this.#watched.size >= MOST_WATCHED) this.#forgetOld(now);
    if (this.#watched.size >= MOST_WATCHED) return undefined;
    const fresh: Alike = { began: now, count: 0, held: undefined, timer: undefined };
    this.#watched.set(key, fresh);
    return fresh;
  }

  /** What was not said for a span needs no watching; what is held back ends by its timer. */
  #forgetOld(now: number): void {
    this.#watched = new Map([...this.#watched].filter(([, { began, held }]) => held || now - began < SPAN_MS));
  }

  #end(key: string, { count, held, timer }: Alike): void {
    timer?.[Symbol.dispose]();
    this.#watched.delete(key);
    if (held === undefined) return;
    const times = count - MOST_ALIKE;
    this.#write({ ...held, at: this.#clock.wall(), sentence: `${held.sentence} (repeated ${times} times)` });
  }
}

function keyOf({ level, origin, sentence, facts }: Line): string {
  const isGrave = level === 'WARNING' || level === 'ERROR';
  return `${origin}\n${level}\n${sentence}${isGrave ? '' : `\n${JSON.stringify(facts)}`}`;
}
