import { expect, test } from 'vitest';
import { colourful, fitted, shownWidth, wrapped } from '../../../src/cli/dashboard/ansi.ts';

const RED = '\u001b[31m';
const END = '\u001b[0m';

test.each([
  ['plain', 'plain'],
  [`${RED}red${END}`, `${RED}red${END}`],
  ['bell\u0007', 'bell\\x07'],
  ['clear\u001b[2J', 'clear\\e[2J'],
  ['title\u001b]0;x\u0007', 'title\\e]0;x\\x07'],
  ['two\nlines\r', 'two\nlines\\r'],
])('of %j only colours and lines get through', (text, expected) => {
  expect(colourful(text)).toBe(expected);
});

test.each([
  ['ab', 4, 'ab  '],
  ['abcdef', 4, 'abc…'],
  [`${RED}abcdef${END}`, 4, `${RED}abc…${END}`],
  [`${RED}ab${END}`, 4, `${RED}ab${END}  `],
  ['漢字漢字', 5, '漢字…'],
  ['漢字漢字', 4, '漢… '],
])('%j in %i columns', (text, width, expected) => {
  expect(fitted(text, width)).toBe(expected);
  expect(shownWidth(fitted(text, width))).toBe(width);
});

test('lines break at blanks, and a colour goes on in the next line', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('a\n\nb', 7)).toEqual(['a', '', 'b']);
  expect(wrapped(`${RED}one two three${END} four`, 7)).toEqual([`${RED}one two${END}`, `${RED}three${END}`, 'four']);
  expect(wrapped('unbreakable', 4)).toEqual(['unbreakable']);
});
