import { fault } from './fault.ts';

/** Characters of an expression. */
export const MAX_SOURCE = 16_384;
/** Brackets and prefix operators inside each other. */
export const MAX_NESTING = 64;
/** Parts of the path of a placeholder; finding a key that holds dots takes the square of it. */
export const MAX_SEGMENTS = 64;
/** Operators that wait for one another, as in a long sum. Keeps evaluation well inside the stack. */
export const MAX_HEIGHT = 400;
/** Parts of an expression; as there are no loops, this bounds the steps of an evaluation. */
export const MAX_NODES = 10_000;
/** Characters of any text that is made. */
export const MAX_TEXT = 1_048_576;
/** Elements of any container that is made. */
export const MAX_ELEMENTS = 100_000;
/** Calls of functions and methods in an expression, and how many of them may reach host and net. */
export const MAX_CALLS = 200;
export const MAX_REMOTE_CALLS = 50;
/** Milliseconds an evaluation may wait for host and net. */
export const MAX_WAIT_MS = 15_000;

/** What one evaluation may do beyond its steps: characters looked at, with an element of a container counting as eight. */
const MAX_WORK = 4_194_304;
const ELEMENT_COST = 8;

/** Counts the work of one evaluation, so that a small text cannot cause a large effort. */
export class Meter {
  #left = MAX_WORK;

  /** Accounts for looking at this many characters. Throws LIMIT when all is used up. */
  characters(count: number): void {
    this.#left -= count;
    if (this.#left < 0) throw fault('LIMIT', 'too many steps');
  }

  /** Accounts for looking at this many elements. */
  elements(count: number): void {
    this.characters(count * ELEMENT_COST);
  }

  /** Accounts for searching a text in another, whose cost is at worst the product of their lengths. */
  search(wanted: string, text: string): void {
    this.characters(text.length + (wanted.length * text.length) / 64);
  }
}

/** Refuses a text of more than 1 Mi characters before it is made. */
export function checkTextSize(length: number): void {
  if (length > MAX_TEXT) throw fault('LIMIT', 'result too large');
}

/** Refuses a container of more than 100,000 elements before it is made. */
export function checkElements(count: number): void {
  if (count > MAX_ELEMENTS) throw fault('LIMIT', 'result too large');
}
