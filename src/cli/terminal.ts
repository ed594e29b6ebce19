import type { ShownState } from '../model/check.ts';
import type { NodeState } from '../model/member.ts';
import {
  type Colour,
  type ColourChoice,
  colourOf,
  inColour,
  isUnicode,
  type Painted,
  signOf,
  wantsColour,
} from './colour.ts';
import { type Cell, type Column, tableLines } from './table.ts';
import type { World } from './world.ts';

const TITLE_WIDTH = 80;

/** How output looks. */
export interface Look {
  readonly json: boolean;
  readonly colour: ColourChoice;
  readonly signs: 'ascii' | 'locale';
  readonly quiet: boolean;
  readonly time: 'local' | 'utc';
}

/** Where a command shows what it found: data goes to the output, everything else beside it. */
export class Terminal {
  readonly #world: Pick<World, 'out' | 'err' | 'env'>;
  readonly #look: Look;
  /** Colours can be shown. */
  readonly isColoured: boolean;
  /** Signs and lines beyond ASCII can be shown. */
  readonly unicode: boolean;

  constructor(world: Pick<World, 'out' | 'err' | 'env'>, look: Look) {
    this.#world = world;
    this.#look = look;
    this.isColoured = wantsColour(look.colour, world);
    this.unicode = look.signs === 'locale' && isUnicode(world.env);
  }

  /** Whether programs read along: then `show` prints one JSON value and nothing else is data. */
  get json(): boolean {
    return this.#look.json;
  }

  /** Whether a person looks on who can be asked and shown what goes on. */
  get isTerminal(): boolean {
    return this.#world.out.isTTY;
  }

  /** Prints a value for programs, or lets `print` show it to people. */
  show(value: unknown, print: () => void): void {
    if (!this.#look.json) {
      print();
      return;
    }
    const text = this.isTerminal ? JSON.stringify(value ?? null, null, 2) : JSON.stringify(value ?? null);
    this.line(text);
  }

  /** A line of data. */
  line(text = ''): void {
    this.#world.out.write(`${text}\n`);
  }

  /** Data as it is. */
  bytes(value: Uint8Array): void {
    this.#world.out.write(value);
  }

  /** A line for people that is not data. */
  note(text: string): void {
    if (!this.#look.quiet) this.#world.err.write(`${text}\n`);
  }

  /** What went wrong. */
  error(text: string): void {
    this.#world.err.write(`${text}\n`);
  }

  /** A title of a part of the output. */
  title(text: string): void {
    const rule = this.unicode ? '─' : '-';
    const start = `${rule.repeat(12)} ${text} `;
    this.line(start + rule.repeat(Math.max(0, TITLE_WIDTH - start.length)));
  }

  /** A table with a header; `empty` is said beside it when there are no rows. */
  table(columns: readonly Column[], rows: readonly (readonly Cell[])[], empty: string): void {
    const width = this.isTerminal ? this.#world.out.columns : undefined;
    for (const line of tableLines(columns, rows, { width, paint: (cell) => this.#painted(cell) })) this.line(line);
    if (rows.length === 0) this.note(empty);
  }

  paint(text: string, colour: Colour): string {
    return this.#painted({ text, colour });
  }

  /** A state with its sign, in its colour. */
  state(state: ShownState | NodeState, word: string = state): string {
    return this.paint(`${signOf(state, this.unicode)} ${word}`, colourOf(state));
  }

  /** An instant for people: `2026-01-02 15:04:05`; `-` for none. */
  time(at: number | null): string {
    if (at === null) return '-';
    const offset = this.#look.time === 'utc' ? 0 : new Date(at).getTimezoneOffset() * 60_000;
    return new Date(at - offset).toISOString().slice(0, 19).replace('T', ' ');
  }

  #painted(cell: Painted): string {
    return this.isColoured ? inColour(cell) : cell.text;
  }
}
