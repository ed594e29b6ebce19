/** How grave a line is, in the words of syslog. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** From which level on lines are written: the same for all parts, or by part with `default` for the others. */
export type LevelWish = LogLevel | Readonly<Record<string, LogLevel>>;

const RANKS: ReadonlyMap<string, number> = new Map(LOG_LEVELS.map((level, rank) => [level, rank]));

/** Grows with how grave it is. */
export const rankOf = (level: LogLevel): number => RANKS.get(level) ?? 0;

/** Who changed what is written down however quiet the agent is, unless that is wished for by name. */
const AUDIT = 'audit';

/** From which level on the lines of a part are written. */
export function levelFor(part: string, wish: LevelWish): LogLevel {
  if (part === AUDIT && !(typeof wish === 'object' && Object.hasOwn(wish, AUDIT))) return 'INFO';
  if (typeof wish === 'string') return wish;
  return (Object.hasOwn(wish, part) ? wish[part] : wish['default']) ?? 'INFO';
}

/** What lets lines of a part through. */
export interface Gate {
  readonly part: string;
  /** Lines of this rank and above go to the file. */
  written: number;
  /** Lines of this rank and above are wanted by somebody, by the file or by one who follows. */
  wanted: number;
}
