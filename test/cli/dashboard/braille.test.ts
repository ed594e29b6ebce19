import { expect, test } from 'vitest';
import { brailleRows, pointsIn } from '../../../src/cli/dashboard/braille.ts';

const SCALE = { least: 0, most: 100 };

test('a line goes from the bottom to the top, the newest value at the right', () => {
  expect(brailleRows([0, 100], { width: 1, height: 1 }, SCALE)).toEqual(['⡸']);
  expect(brailleRows([0, 0, 0, 0], { width: 2, height: 2 }, SCALE)).toEqual(['⠀⠀', '⣀⣀']);
  expect(brailleRows([100, 100], { width: 2, height: 2 }, SCALE)).toEqual(['⠀⠉', '⠀⠀']);
  expect(brailleRows([0, 33, 67, 100], { width: 2, height: 1 }, SCALE)).toEqual(['⡠⠊']);
});

test('what is steep does not break, and what is missing does', () => {
  expect(brailleRows([0, 100, null, 0], { width: 2, height: 2 }, SCALE)).toEqual(['⢸⠀', '⡸⢀']);
});

test('values beyond the scale stay at its end, and only as many as there is room for are drawn', () => {
  expect(brailleRows([500, -5], { width: 1, height: 1 }, SCALE)).toEqual(['⢱']);
  expect(brailleRows([0, 0, 0, 100, 100], { width: 1, height: 1 }, SCALE)).toEqual(['⠉']);
  expect(pointsIn(10)).toBe(20);
});

test('without a scale all lies at the bottom', () => {
  expect(brailleRows([5, 5], { width: 1, height: 1 }, { least: 5, most: 5 })).toEqual(['⣀']);
});
