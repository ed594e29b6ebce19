import { nearest } from '../base/nearest.ts';
import { DATA_KINDS, type DataKind } from './contract.ts';
import { readEscape } from './escapes.ts';
import { fault } from './fault.ts';
import { MAX_SEGMENTS } from './limits.ts';
import { type Path, pathOf } from './paths.ts';
import { Reader } from './reader.ts';
import { above, type Node, type Placeholder, type Template } from './syntax.ts';

/** How a placeholder ends, by how it began. */
type Closing = '}}' | '}' | '$';
const PATH: Readonly<Record<Closing, RegExp>> = { '}}': /[^|}]*/y, '}': /[^|}]*/y, $: /[^|$]*/y };

/** Reads what stands for a value by itself: numbers, quoted texts, placeholders. */
export class LiteralReader extends Reader {
  protected number(written: string): Node {
    const start = this.index;
    this.index += written.length;
    if (/^0\d/.test(written) && /^\d+$/.test(written)) {
      throw fault('SYNTAX', `write ${Number(written)} or 0o${written.slice(1)}`, { start, end: this.index });
    }
    if (/[A-Za-z0-9_]/.test(this.char)) throw fault('SYNTAX', 'not a number', { start, end: this.index + 1 });
    const value = Number(written);
    if (!Number.isFinite(value)) throw fault('LIMIT', 'result too large', { start, end: this.index });
    return this.constant(value, start);
  }

  protected quoted(quote: string): Node {
    const start = this.index++;
    const parts: (string | Placeholder)[] = [];
    let text = '';
    while (this.char !== quote) {
      if (this.index >= this.expr.length)
        throw fault('SYNTAX', `the text is not closed by ${quote}`, { start, end: start + 1 });
      if (this.#isHole()) {
        if (text !== '') parts.push(text);
        text = '';
        parts.push(this.placeholder('}}'));
      } else text += this.#piece(quote);
    }
    this.index++;
    if (parts.length === 0) return this.constant(text, start);
    if (text !== '') parts.push(text);
    return this.template(parts, start);
  }

  /** Characters of a quoted text up to the next one with a meaning of its own, or an escape. */
  #piece(quote: string): string {
    const { expr } = this;
    const start = this.index;
    if (expr.charAt(start) === '\\') {
      const { meaning, end } = readEscape(expr, start);
      this.index = end;
      return meaning;
    }
    let end = start + 1;
    for (
      let char = expr.charAt(end);
      char !== '' && char !== quote && char !== '\\' && char !== '{';
      char = expr.charAt(end)
    )
      end++;
    this.index = end;
    return expr.slice(start, end);
  }

  #isHole(): boolean {
    return this.expr.startsWith('{{', this.index) && this.expr.includes('}}', this.index);
  }

  protected template(parts: readonly (string | Placeholder)[], start: number): Template {
    const holes = parts.filter((part) => typeof part !== 'string');
    return this.node({ type: 'template', parts, start, end: this.index, height: above(...holes) });
  }

  protected placeholder(closing: Closing): Placeholder {
    const start = this.index;
    const minimum = this.enter(0);
    this.index += closing.length;
    const { kind, first } = this.#source(closing, start);
    const paths: [Path, ...Path[]] = [this.#path(first, start)];
    const others: string[] = [];
    while (this.char === '|' && !this.expr.startsWith('||', this.index)) {
      this.index++;
      others.push(this.#pathText(closing));
    }
    let preset = this.char === '|' ? this.#default(closing) : undefined;
    if (kind === 'parameters' || kind === 'configuration')
      paths.push(...others.map((other) => this.#path(withoutKind(other, kind), start)));
    else if (others.length > 0) preset = this.constant(others.join('|'), start);
    if (!this.expr.startsWith(closing, this.index)) throw this.unexpected(`"${closing}"`);
    this.index += closing.length;
    this.leave(minimum);
    const height = preset === undefined ? 1 : above(preset);
    return this.node({ type: 'placeholder', kind, paths, preset, start, end: this.index, height });
  }

  #path(written: string, start: number): Path {
    const path = pathOf(written);
    if (path.segments.length <= MAX_SEGMENTS) return path;
    throw fault('LIMIT', 'nested too deeply', { start, end: this.index });
  }

  /** The kind of data and the first path. Between dollar signs the kind is not written. */
  #source(closing: Closing, start: number): { readonly kind: DataKind; readonly first: string } {
    const written = this.#pathText(closing);
    if (closing === '$') return { kind: 'configuration', first: written };
    const dot = written.indexOf('.');
    const prefix = dot < 0 ? written : written.slice(0, dot);
    const kind = DATA_KINDS.find((known) => known === prefix);
    const at = { start, end: this.index };
    if (kind === undefined) throw fault('NAME', unknownKind(prefix), at);
    if (dot < 0 || dot === written.length - 1) throw fault('SYNTAX', `write {{${kind}.NAME}}`, at);
    return { kind, first: written.slice(dot + 1) };
  }

  #pathText(closing: Closing): string {
    const text = this.match(PATH[closing]) ?? '';
    this.index += text.length;
    return text.trim();
  }

  #default(closing: Closing): Node {
    this.index += 2;
    this.gobbleSpaces();
    if (this.expr.startsWith(closing, this.index)) return this.constant('', this.index);
    return this.gobbleExpression();
  }
}

function unknownKind(written: string): string {
  return `unknown kind of data "${written}", did you mean "${nearest(written, DATA_KINDS) ?? 'collector'}"?`;
}

const withoutKind = (path: string, kind: DataKind): string =>
  path.startsWith(`${kind}.`) ? path.slice(kind.length + 1) : path;
