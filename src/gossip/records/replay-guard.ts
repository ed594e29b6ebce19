import type { OwnMessage } from '../wire/messages.ts';

/** `repeated`: told to us more than once, as news is. `replayed`: too late for that, somebody else sends it again. */
export type Freshness = 'fresh' | 'repeated' | 'replayed';

/** So many counters below the highest are told apart; older ones are refused. */
const WINDOW = 1_024;
/** Long after the last new message of a sender nobody who is honest repeats one. */
const REPEAT_MS = 60_000;
/** A run that ended is refused for so long. */
const OLD_BOOT_MS = 24 * 3_600_000;
const MAX_OLD_BOOTS = 8;
const BOOT_BYTES = 8;

interface OldBoot {
  readonly boot: Uint8Array;
  readonly until: number;
}

/** What arrived of one run of one sender. */
interface Run {
  readonly boot: Uint8Array;
  /** The incarnation of its record when it was last heard: a later run has a higher one. */
  incarnation: number;
  readonly seen: CounterWindow;
  /** When a message of it was new. */
  freshAt: number;
  readonly ended: readonly OldBoot[];
}

/** Which of our own messages were heard before, by sender; 128 bytes and a little for each. */
export class ReplayGuard {
  readonly #runs = new Map<string, Run>();

  /** Takes in a message of a member whose record has that incarnation. Only a fresh one is to be looked at. */
  judge({ sender, boot, counter }: OwnMessage, incarnation: number, now: number): Freshness {
    if (boot.length !== BOOT_BYTES) return 'replayed';
    const known = this.#runs.get(sender);
    const isSameRun = known !== undefined && Buffer.compare(known.boot, boot) === 0;
    const run = isSameRun ? known : nextRun(known, { boot, incarnation, now });
    if (!run) return 'replayed';
    if (!isSameRun) this.#runs.set(sender, run);
    const seen = run.seen.add(counter);
    if (seen === 'new') {
      run.incarnation = Math.max(run.incarnation, incarnation);
      run.freshAt = now;
      return 'fresh';
    }
    return seen === 'known' && now - run.freshAt < REPEAT_MS ? 'repeated' : 'replayed';
  }

  /** A member is forgotten, or is another node now. */
  forget(name: string): void {
    this.#runs.delete(name);
  }
}

/** The run that a boot id which was not heard last begins; nothing when it is one of old. */
function nextRun(
  known: Run | undefined,
  { boot, incarnation, now }: { readonly boot: Uint8Array; readonly incarnation: number; readonly now: number },
): Run | undefined {
  const begun = { boot: Uint8Array.from(boot), incarnation, seen: new CounterWindow(), freshAt: now };
  if (!known) return { ...begun, ended: [] };
  const ended = known.ended.filter(({ until }) => until > now);
  const isOld = ended.some((old) => Buffer.compare(old.boot, boot) === 0);
  if (isOld || incarnation <= known.incarnation) return undefined;
  const last = { boot: known.boot, until: now + OLD_BOOT_MS };
  return { ...begun, ended: [last, ...ended].slice(0, MAX_OLD_BOOTS) };
}

/** Remembers which of the last 1,024 numbers were there, in any order of coming. */
class CounterWindow {
  readonly #bits = new Uint32Array(WINDOW / 32);
  #highest = -1;

  add(counter: number): 'new' | 'known' | 'old' {
    if (counter <= this.#highest - WINDOW) return 'old';
    this.#advance(counter);
    const place = counter % WINDOW;
    const [word, bit] = [place >>> 5, 1 << (place & 31)];
    const bits = this.#bits[word] ?? 0;
    if ((bits & bit) !== 0) return 'known';
    this.#bits[word] = bits | bit;
    return 'new';
  }

  #advance(counter: number): void {
    if (counter <= this.#highest) return;
    if (counter - this.#highest >= WINDOW) this.#bits.fill(0);
    else for (let each = this.#highest + 1; each <= counter; each += 1) this.#clear(each % WINDOW);
    this.#highest = counter;
  }

  #clear(place: number): void {
    this.#bits[place >>> 5] = (this.#bits[place >>> 5] ?? 0) & ~(1 << (place & 31));
  }
}
