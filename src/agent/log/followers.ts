import { type LogLevel, rankOf } from './level.ts';
import type { Line } from './line.ts';

/** Is told a line as it is written, without its end. */
export type LogFollower = (text: string) => void;

interface Follower {
  readonly level: LogLevel;
  readonly take: LogFollower;
}

/** Those who follow the lines of parts. */
export class Followers {
  readonly #byPart = new Map<string, Set<Follower>>();
  readonly #want: (part: string, level: LogLevel | undefined) => void;

  /** `want` is told the least grave level that somebody wants of a part, `undefined` when nobody follows it any more. */
  constructor(want: (part: string, level: LogLevel | undefined) => void) {
    this.#want = want;
  }

  /** Tells every line of a part from a level on, until disposed of. */
  add(part: string, level: LogLevel, take: LogFollower): Disposable {
    const follower = { level, take };
    const ofPart = this.#byPart.get(part) ?? new Set();
    this.#byPart.set(part, ofPart.add(follower));
    this.#review(part);
    return {
      [Symbol.dispose]: () => {
        ofPart.delete(follower);
        this.#review(part);
      },
    };
  }

  /** Tells a line of a part to those who want it. */
  tell(part: string, { level }: Line, text: () => string): void {
    const followers = this.#byPart.get(part);
    if (followers === undefined || followers.size === 0) return;
    for (const follower of followers) if (rankOf(level) >= rankOf(follower.level)) follower.take(text());
  }

  #review(part: string): void {
    const levels = [...(this.#byPart.get(part) ?? [])].map(({ level }) => level);
    this.#want(part, levels.sort((a, b) => rankOf(a) - rankOf(b))[0]);
  }
}
