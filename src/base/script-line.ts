type Quoting = 'none' | 'single' | 'double';

/** A piece of a word: text as it is, or the paths of a `$macro$`, of which the first that has a value counts. */
export type Piece = { readonly text: string } | { readonly macro: readonly string[] };

interface Word {
  readonly pieces: readonly Piece[];
  /** Some of it was quoted, so that it stays a word even when it is empty. */
  readonly quoted: boolean;
}

/** A line of a script, taken apart before any value is filled in, so that a value can never become program text. */
export interface ScriptLine {
  readonly words: readonly Word[];
  /** It holds operators that only a shell can carry out. */
  readonly needsShell: boolean;
  /** A quote in it is never closed. */
  readonly isOpen: boolean;
  /** The line for a shell: macro number n stands as the environment variable `OPSBRO_M<n>`, from 1. */
  readonly program: string;
  /** The macros of `program`, in their order. */
  readonly macros: readonly (readonly string[])[];
}

const MACRO = /\$([A-Za-z0-9_.-]+(?: *\| *[A-Za-z0-9_.-]+)*)\$/y;
const OPERATORS = new Set(['|', '&', ';', '<', '>', '(', ')', '\n', '`', '*', '?', '[']);
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** Takes a line apart by the quoting rules of POSIX shells. A quote that is never closed lasts to the end. */
export function parseScriptLine(line: string): ScriptLine {
  return new Scanner(line).scan();
}

/** The paths in `$a.b | c$`, if `text` is nothing but one macro. */
export function macrosIn(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(new RegExp(`${MACRO.source}|\\$\\$`, 'g'))) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
    pieces.push(found[1] === undefined ? { text: '$' } : { macro: pathsOf(found[1]) });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

const pathsOf = (alternatives: string): string[] => alternatives.split('|').map((path) => path.trim());

class Scanner {
  readonly #line: string;
  #at = 0;
  #quoting: Quoting = 'none';
  #program = '';
  #needsShell: boolean = false;
  readonly #macros: (readonly string[])[] = [];
  readonly #words: Word[] = [];
  #pieces: Piece[] = [];
  #quoted = false;

  constructor(line: string) {
    this.#line = line.trim();
  }

  scan(): ScriptLine {
    while (this.#at < this.#line.length) this.#step(this.#line.charAt(this.#at));
    this.#endWord();
    const [first] = this.#words;
    const [head] = first?.pieces ?? [];
    const assigns = head !== undefined && 'text' in head && !first?.quoted && ASSIGNMENT.test(head.text);
    const needsShell = this.#needsShell || assigns;
    const isOpen = this.#quoting !== 'none';
    return { words: this.#words, needsShell, isOpen, program: this.#program, macros: this.#macros };
  }

  #step(char: string): void {
    if (char === '$' && this.#dollar()) return;
    if (this.#quoting === 'single') this.#inSingle(char);
    else if (this.#quoting === 'double') this.#inDouble(char);
    else this.#bare(char);
  }

  /** Takes a macro or `$$`; both are recognised in any quoting. */
  #dollar(): boolean {
    MACRO.lastIndex = this.#at;
    const found = MACRO.exec(this.#line);
    if (found) this.#macro(found);
    else if (this.#line.startsWith('$$', this.#at))
      this.#take({ text: '$' }, 2, this.#quoting === 'single' ? '$' : '\\$');
    else {
      if (this.#quoting !== 'single' && this.#line.charAt(this.#at + 1) === '(') this.#needsShell = true;
      return false;
    }
    return true;
  }

  #macro([whole, alternatives = '']: RegExpExecArray): void {
    const paths = pathsOf(alternatives);
    this.#macros.push(paths);
    const variable = `\${OPSBRO_M${this.#macros.length}}`;
    const forms = { none: `"${variable}"`, double: variable, single: `'"${variable}"'` };
    this.#take({ macro: paths }, whole.length, forms[this.#quoting]);
  }

  #inSingle(char: string): void {
    if (char === "'") this.#quote('none');
    else this.#take({ text: char }, 1);
  }

  #inDouble(char: string): void {
    const next = this.#line.charAt(this.#at + 1);
    if (char === '"') this.#quote('none');
    else if (char === '\\' && '"\\$`\n'.includes(next) && next !== '') this.#take({ text: next }, 2);
    else {
      if (char === '`') this.#needsShell = true;
      this.#take({ text: char }, 1);
    }
  }

  #bare(char: string): void {
    if (char === "'") this.#quote('single');
    else if (char === '"') this.#quote('double');
    else if (char === '\\') this.#take({ text: this.#line.charAt(this.#at + 1) }, 2);
    else if (char === ' ' || char === '\t') this.#blank(char);
    else {
      if (OPERATORS.has(char) || (char === '~' && this.#pieces.length === 0)) this.#needsShell = true;
      this.#take({ text: char }, 1);
    }
  }

  #blank(char: string): void {
    this.#endWord();
    this.#program += char;
    this.#at += 1;
  }

  #quote(quoting: Quoting): void {
    this.#program += this.#line.charAt(this.#at);
    this.#quoting = quoting;
    this.#quoted = true;
    this.#at += 1;
  }

  #take(piece: Piece, length: number, program = this.#line.slice(this.#at, this.#at + length)): void {
    const last = this.#pieces.at(-1);
    if (last && 'text' in last && 'text' in piece)
      this.#pieces[this.#pieces.length - 1] = { text: last.text + piece.text };
    else this.#pieces.push(piece);
    this.#program += program;
    this.#at += length;
  }

  #endWord(): void {
    if (this.#pieces.length > 0 || this.#quoted) this.#words.push({ pieces: this.#pieces, quoted: this.#quoted });
    this.#pieces = [];
    this.#quoted = false;
  }
}
