import { localTime } from '../../base/local-time.ts';
import { withinBytes } from '../../model/plugin-output.ts';
import type { LogLevel } from './level.ts';

/** Bytes of a line, its end not counted. */
const MOST_BYTES = 8 * 1_024;
/** Bytes of the sentence of a JSON line that had to be cut; escapes take six times as much at worst. */
const CUT_SENTENCE_BYTES = 1_024;

/** One thing the agent says. */
export interface Line {
  readonly level: LogLevel;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Who says it. */
  readonly origin: string;
  readonly sentence: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** How lines are written: for people, or one JSON object each for programs. */
export type LogFormat = 'text' | 'json';

/** The line as it is written, without its end, at most 8 KiB. */
export const written = (line: Line, node: string, format: LogFormat): string =>
  format === 'json' ? jsonText(line, node) : lineText(line, node);

/** The text form of a line; control characters are escaped, since parts of it come from other machines. */
export function lineText({ level, at, origin, sentence, facts }: Line, node: string): string {
  const told = Object.entries(facts).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = `[${localTime(at)}][${level}][${node}] [${origin.toUpperCase()}]: `;
  return withinBytes(escapeControls(`${head}${sentence}${told.join('')}`), MOST_BYTES);
}

/** The words of programs for levels; those of pino, which most readers of such lines know. */
const PROGRAM_WORDS = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;

function jsonText({ level, at, origin, sentence, facts }: Line, node: string): string {
  const head = { time: new Date(at).toISOString(), level: PROGRAM_WORDS[level], node, part: origin };
  const said = { ...head, msg: sentence };
  // A fact says nothing of the line itself: of another node, say, it is the fact.
  const told = Object.entries(facts).map(([key, value]) => [Object.hasOwn(said, key) ? `fact_${key}` : key, value]);
  const text = JSON.stringify({ ...said, ...Object.fromEntries(told) });
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  // Half an object is none: the facts go, and what is left of the sentence says so.
  return JSON.stringify({ ...head, msg: withinBytes(sentence, CUT_SENTENCE_BYTES), cut: true });
}

function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
