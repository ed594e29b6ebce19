import type { Document, YAMLParseError } from 'yaml';

/** Something wrong in the text of a document. */
export interface TextFault {
  /** Characters from the start of the text. */
  readonly offset: number;
  /** What is wrong and what would be right, in one clause. */
  readonly message: string;
}

/** These are told again for every line, as each is wrong by itself; of all others the first makes the next ones. */
const SEPARATE = new Set<YAMLParseError['code']>(['TAB_AS_INDENT', 'BAD_DQ_ESCAPE', 'DUPLICATE_KEY']);
const TABS = 'tab used for indentation; YAML needs spaces';
const QUOTES = 'a text that begins with { has to stand in quotes';

/** Of the lines that are wrong, as many as are told. */
const MAX_FAULTS = 20;
/** Characters of a line that say what it was meant to be. */
const LONGEST_START = 1_000;

/** What makes a text no YAML, one fault for a line, and without those that only follow from one before them. */
export function textFaults({ errors, warnings }: Pick<Document, 'errors' | 'warnings'>, text: string): TextFault[] {
  const faults = new Map<number, TextFault>();
  const lines = new Lines(text);
  let isLost = false;
  for (const error of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    if (faults.size === MAX_FAULTS) break;
    const offset = error.pos[0];
    const start = lines.startOf(offset);
    const isSeparate = SEPARATE.has(error.code) || lines.isTabBefore(offset);
    if (isLost && !isSeparate) continue;
    isLost ||= !isSeparate;
    if (!faults.has(start)) faults.set(start, { offset, message: messageFor(error, lines) });
  }
  const tags = warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  const refused = tags.map(({ pos, message }) => ({
    offset: pos[0],
    message: `${message}; tags of this kind are refused`,
  }));
  return [...faults.values(), ...refused];
}

/** The line of one place after the other, down a text: none is looked through twice, however much is wrong in it. */
class Lines {
  readonly text: string;
  /** Where the present line starts. */
  start = 0;
  #seen = 0;
  #content: number | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Where the line of a place starts, which is not above the place that was asked for before. */
  startOf(offset: number): number {
    const newline = this.text.slice(this.#seen, offset).lastIndexOf('\n');
    if (newline >= 0) {
      this.start = this.#seen + newline + 1;
      this.#content = undefined;
    }
    this.#seen = offset;
    return this.start;
  }

  /** Whether the indentation of the present line has a tab at this place or before it. */
  isTabBefore(offset: number): boolean {
    this.#content ??= this.start + this.text.slice(this.start).search(/[^ ]|$/);
    return this.#content <= offset && this.text[this.#content] === '\t';
  }

  /** The beginning of the present line. */
  get line(): string {
    return this.text.slice(this.start, this.start + LONGEST_START).split('\n', 1)[0] ?? '';
  }
}

/** What the library says, in words for somebody who has never read about YAML. It quotes what it found, which may be a secret. */
function messageFor({ code, pos, message }: YAMLParseError, lines: Lines): string {
  const { text, start, line } = lines;
  if (code === 'TAB_AS_INDENT' || lines.isTabBefore(pos[0])) return TABS;
  if (/^(?:- )?[^:#]*:\s+\{\{/.test(line.trimStart())) return QUOTES;
  if (code === 'MISSING_CHAR' && message.includes('closing'))
    return `a text in quotes has no ${quoteIn(message)} at its end`;
  if (code === 'MULTILINE_IMPLICIT_KEY')
    return keyFault(line, text.slice(start, Math.min(pos[0], start + LONGEST_START)));
  if (code === 'BLOCK_AS_IMPLICIT_KEY')
    return 'wrong indentation or a text with ": " in it; keys of one map stand below each other, such a text in quotes';
  if (code === 'BAD_INDENT' && message.startsWith('Flow'))
    return message.includes(' ]') ? 'a list that begins with [ has no ]' : 'a map that begins with { has no }';
  if (code === 'BAD_INDENT') return 'wrong indentation; keys of one map stand below each other';
  if (code === 'BAD_SCALAR_START') return `a text that begins with ${text.charAt(pos[0])} has to stand in quotes`;
  if (code === 'BAD_DQ_ESCAPE') return 'no escape begins like this; within "..." a backslash is written twice';
  return message
    .replace(/\s+/g, ' ')
    .replace(/: ".*"?$/, '')
    .trim();
}

const quoteIn = (message: string): string => (message.includes("'") ? "'" : '"');

function keyFault(line: string, before: string): string {
  if (/^\s*(?:- )?[\w.-]+:\S/.test(line)) return 'a blank is missing after the colon';
  return /^\s*(?:- )?$/.test(before) && !line.includes(':')
    ? 'a colon is missing after the key'
    : 'wrong indentation; keys of one map stand below each other';
}
