/** The log of an agent: who says something, how it is written, and where it goes. */
import { type Level, pino } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Followers, type LogFollower } from './log/followers.ts';
import { type Gate, type LevelWish, type LogLevel, levelFor, rankOf } from './log/level.ts';
import { type Line, type LogFormat, lineText, written } from './log/line.ts';
import { type LogKeeping, PartFiles } from './log/part-files.ts';
import { LOG_PARTS, partOf } from './log/parts.ts';
import { Repeats } from './log/repeats.ts';

/** How the log is written and kept; all of it may be changed while the agent runs. */
export interface LogManner {
  readonly level: LevelWish;
  readonly format: LogFormat;
  readonly keeping: LogKeeping;
}

interface LogOptions extends LogManner {
  /** Node name, for every line. */
  readonly node: string;
  /** Directory of one file per part; `undefined`: everything goes to standard output. */
  readonly directory: string | undefined;
  readonly clock: Clock;
}

/** The log of an agent: the logger its parts use, and what the doors show of it. */
export interface Log extends Disposable {
  readonly logger: Logger;
  /** The newest lines of errors and of warnings, at most 20 each. */
  readonly kept: { readonly ERROR: readonly string[]; readonly WARNING: readonly string[] };
  /** Why the last line could not be written; empty when it was. */
  readonly failure: string;
  /** How lines are written and kept from now on. */
  apply(manner: LogManner): void;
  /** Opens the files again, after somebody moved them. */
  reopen(): void;
  /** The parts whose lines can be followed, in the order of their names. */
  parts(): readonly string[];
  /** Tells every line of a part from a level on, also those that are not written, until disposed of. */
  follow(part: string, level: LogLevel, take: LogFollower): Disposable;
}

const KEPT_LINES = 20;
const DAEMON = 'daemon';
const LEVELS = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const satisfies Partial<
  Record<Level, LogLevel>
>;
type Word = keyof typeof LEVELS;
const WORDS = Object.keys(LEVELS) as Word[];

/** What pino makes of a line. */
interface Said {
  readonly level: Word;
  readonly msg?: string;
  /** Apart from the others, so that a fact may have any name. */
  readonly facts?: { readonly part?: unknown; readonly [fact: string]: unknown };
}

/** Opens the log. Lines are text for people (`[time][LEVEL][node] [PART]: sentence key=value`) or JSON for programs. */
export function openLog(options: LogOptions): Log {
  const { node, clock, directory } = options;
  let { format } = options;
  const kept = { ERROR: [] as string[], WARNING: [] as string[] };
  const files = directory === undefined ? undefined : new PartFiles(directory, clock, options.keeping);
  const gates = new Gates(options.level);
  const followers = new Followers((part, level) => gates.want(part, level));
  const repeats = new Repeats(clock, (line) => {
    const { level, origin } = line;
    if (level === 'ERROR' || level === 'WARNING') keepIn(kept[level], lineText(line, node));
    const text = written(line, node, format);
    if (files === undefined) process.stdout.write(`${text}\n`);
    else files.write(partOf(origin), text);
  });
  const take = ({ level: word, msg = '', facts: { part, ...facts } = {} }: Said) => {
    const origin = typeof part === 'string' ? part : DAEMON;
    const line: Line = { level: LEVELS[word], at: clock.wall(), origin, sentence: msg, facts };
    const gate = gates.of(origin);
    if (rankOf(line.level) >= gate.written) repeats.take(line);
    followers.tell(gate.part, line, () => written(line, node, format));
  };
  const logger = gated(loggerInto(take), gates, {});
  return {
    logger,
    kept,
    get failure() {
      return files?.failure ?? '';
    },
    apply(manner) {
      format = manner.format;
      gates.apply(manner.level);
      files?.keep(manner.keeping);
    },
    reopen: () => files?.close(),
    parts: () => gates.parts(),
    follow(part, level, follower) {
      const following = followers.add(part, level, follower);
      // Who follows sees at once that it works, also where little happens.
      logger.debug({ part, from: level }, 'is followed from here on');
      return following;
    },
    [Symbol.dispose]() {
      repeats[Symbol.dispose]();
      files?.[Symbol.dispose]();
    },
  };
}

/** pino turns what is said, errors and odd values included, into JSON; reading it again costs less than doing so by hand. */
function loggerInto(take: (said: Said) => void) {
  const formatters = { level: (label: string) => ({ level: label }) };
  const settings = { level: 'debug', base: null, timestamp: false, nestedKey: 'facts', formatters };
  return pino(settings, { write: (json: string) => take(JSON.parse(json) as Said) });
}

/** Which lines of which part anybody wants; asked before a line is made. */
class Gates {
  readonly #byOrigin = new Map<string, Gate>();
  readonly #byPart = new Map<string, Gate>();
  readonly #wanted = new Map<string, LogLevel>();
  #wish: LevelWish;

  constructor(wish: LevelWish) {
    this.#wish = wish;
    for (const part of LOG_PARTS) this.of(part);
  }

  parts(): string[] {
    return [...this.#byPart.keys()].sort();
  }

  of(origin: string): Gate {
    const known = this.#byOrigin.get(origin);
    if (known !== undefined) return known;
    const part = partOf(origin);
    const gate = this.#byPart.get(part) ?? this.#set({ part, written: 0, wanted: 0 });
    this.#byPart.set(part, gate);
    this.#byOrigin.set(origin, gate);
    return gate;
  }

  apply(wish: LevelWish): void {
    this.#wish = wish;
    for (const gate of this.#byPart.values()) this.#set(gate);
  }

  /** Somebody wants lines of a part from this level on; `undefined`: nobody does any more. */
  want(part: string, level: LogLevel | undefined): void {
    if (level === undefined) this.#wanted.delete(part);
    else this.#wanted.set(part, level);
    this.#set(this.of(part));
  }

  #set(gate: Gate): Gate {
    gate.written = rankOf(levelFor(gate.part, this.#wish));
    const wanted = this.#wanted.get(gate.part);
    gate.wanted = Math.min(gate.written, wanted === undefined ? gate.written : rankOf(wanted));
    return gate;
  }
}

type Facts = Readonly<Record<string, unknown>>;

/** A logger that says only what is wanted of its part. */
function gated(into: Pick<Logger, Word>, gates: Gates, facts: Facts): Logger {
  const own = gates.of(typeof facts['part'] === 'string' ? facts['part'] : DAEMON);
  const gateOf = ({ part }: Facts) => (typeof part === 'string' ? gates.of(part) : own);
  const methods = WORDS.map((word) => {
    const rank = rankOf(LEVELS[word]);
    const say = (more: Facts, text: string) => {
      if (rank >= gateOf(more).wanted) into[word]({ ...facts, ...more }, text);
    };
    return [word, say] as const;
  });
  const child = (more: Facts) => gated(into, gates, { ...facts, ...more });
  return { ...(Object.fromEntries(methods) as Pick<Logger, Word>), child };
}

function keepIn(lines: string[], text: string): void {
  lines.push(text);
  if (lines.length > KEPT_LINES) lines.shift();
}
