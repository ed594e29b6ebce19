import { escaped } from '../escape.ts';
import { widthOf } from '../table.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const COLOUR = /(\u001b\[[0-9;]*m)/;
const RESET = '\u001b[0m';

/** A text of others with its colours; everything else that steers a terminal is shown as escapes. Lines stay lines. */
export const colourful = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      pieces(line)
        .map((piece) => (COLOUR.test(piece) ? piece : escaped(piece)))
        .join(''),
    )
    .join('\n');

/** Columns that a text with colours takes. */
export const shownWidth = (text: string): number =>
  pieces(text).reduce((sum, piece) => sum + (COLOUR.test(piece) ? 0 : widthOf(piece)), 0);

/** The text in exactly so many columns: cut, or filled up with blanks. */
export function fitted(text: string, width: number): string {
  const own = shownWidth(text);
  return own <= width ? text + ' '.repeat(width - own) : cut(text, width);
}

function cut(text: string, width: number): string {
  let line = '';
  let used = 0;
  let isColoured = false;
  for (const piece of pieces(text)) {
    if (COLOUR.test(piece)) {
      line += piece;
      isColoured = true;
      continue;
    }
    for (const character of piece) {
      if (used + widthOf(character) > width - 1) return fitted(`${line}…${isColoured ? RESET : ''}`, width);
      line += character;
      used += widthOf(character);
    }
  }
  return line;
}

/** The text in lines of at most so many columns, broken at blanks where that is possible; a colour goes on in the next line. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrappedLine(line, width));
}

function wrappedLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let [line, used, colour] = ['', 0, ''];
  for (const word of text.split(/(?<= )/)) {
    const own = shownWidth(word.trimEnd());
    if (used > 0 && used + own > width) {
      lines.push(line.trimEnd() + (colour === '' ? '' : RESET));
      [line, used] = [colour, 0];
    }
    line += word;
    used += shownWidth(word);
    colour = colourAfter(word, colour);
  }
  return [...lines, line];
}

/** The colour in which a text goes on. */
function colourAfter(text: string, before: string): string {
  const last = pieces(text).findLast((piece) => COLOUR.test(piece));
  return last === undefined ? before : last === RESET ? '' : last;
}

const pieces = (text: string): string[] => text.split(COLOUR).filter((piece) => piece !== '');
