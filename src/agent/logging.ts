import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Level, pino } from 'pino';
import type { Logger } from '../base/log.ts';

interface LogOptions {
  /** Node name, for every line. */
  readonly node: string;
  readonly level: string;
  readonly format: 'text' | 'json';
  /** Directory of one file per part; `undefined`: everything goes to standard output. */
  readonly directory: string | undefined;
}

/** The log of an agent: the logger its parts use, and what the doors show of it. */
export interface Log extends Disposable {
  readonly logger: Logger;
  /** The newest lines of errors and of warnings, at most 20 each. */
  readonly kept: { readonly ERROR: readonly string[]; readonly WARNING: readonly string[] };
  setLevel(level: string): void;
  /** How lines are written from now on. */
  setFormat(format: LogOptions['format']): void;
  /** Opens the files again, after somebody moved them. */
  reopen(): void;
}

const KEPT_LINES = 20;
const MAX_LINE_BYTES = 8 * 1024;
const NAMES: ReadonlyMap<string, string> = new Map([
  ['debug', 'DEBUG'],
  ['info', 'INFO'],
  ['warn', 'WARNING'],
  ['error', 'ERROR'],
]);

interface Line {
  readonly level: string;
  readonly time: number;
  readonly part?: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Opens the log. Lines are text for people (`[time][LEVEL][node] [PART]: sentence key=value`) or JSON for programs. */
export function openLog({ node, level, format: first, directory }: LogOptions): Log {
  let format = first;
  const kept = { ERROR: [] as string[], WARNING: [] as string[] };
  const files = new PartFiles(directory);
  const write = (json: string) => {
    const line = JSON.parse(json) as Line;
    const text = lineText(line, node);
    keepIn(kept, NAMES.get(line.level), text);
    files.write(line.part ?? 'daemon', format === 'json' ? jsonText(line, node) : `${text}\n`);
  };
  const logger = pino(
    {
      level: pinoLevel(level),
      base: null,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return {
    logger: logger as Logger,
    kept,
    setLevel(wanted) {
      logger.level = pinoLevel(wanted);
    },
    setFormat(wanted) {
      format = wanted;
    },
    reopen: () => files.close(),
    [Symbol.dispose]: () => files.close(),
  };
}

/** Our words for levels are those of syslog; pino's are its own. */
function pinoLevel(level: string): Level {
  const lower = level.toLowerCase();
  return (lower === 'warning' ? 'warn' : lower) as Level;
}

function keepIn(kept: Record<'ERROR' | 'WARNING', string[]>, name: string | undefined, text: string): void {
  if (name !== 'ERROR' && name !== 'WARNING') return;
  kept[name].push(text);
  if (kept[name].length > KEPT_LINES) kept[name].shift();
}

/** The form of a line for programs, with its time in ISO form. */
const jsonText = ({ level, time, ...rest }: Line, node: string): string =>
  `${JSON.stringify({ level, time: new Date(time).toISOString(), node, ...rest })}\n`;

/** The text form of a line; control characters are escaped, since parts of it come from other machines. */
function lineText({ level, time, part = 'daemon', msg = '', ...fields }: Line, node: string): string {
  const facts = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const text = `[${localTime(new Date(time))}][${NAMES.get(level) ?? level}][${node}] [${part.toUpperCase()}]: ${msg}${facts.join('')}`;
  return escapeControls(text).slice(0, MAX_LINE_BYTES);
}

function localTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** One file per part, opened at its first line; standard output without a directory. */
class PartFiles {
  readonly #directory: string | undefined;
  readonly #files = new Map<string, number>();

  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  write(part: string, text: string): void {
    if (this.#directory === undefined) process.stdout.write(text);
    else writeSync(this.#file(this.#directory, part), text);
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #file(directory: string, part: string): number {
    const open = this.#files.get(part) ?? openSync(join(directory, `${part}.log`), 'a', 0o640);
    this.#files.set(part, open);
    return open;
  }
}
