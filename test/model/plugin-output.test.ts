import { expect, test } from 'vitest';
import { parsePluginOutput, withinBytes, withoutControls } from '../../src/model/plugin-output.ts';

test.each([
  ['OK: a|x=1', 'OK: a', '', ['x=1']],
  ['OK - all | load1=0.5;1;2;0; load5=1', 'OK - all', '', ['load1=0.5;1;2;0;', 'load5=1']],
  ['DISK OK\nline 2\nline 3 | a=1\nb=2', 'DISK OK', 'line 2\nline 3', ['a=1', 'b=2']],
  ['DISK OK | /=1B\nline 2\nline 3 | /var=2B\n/tmp=3B', 'DISK OK', 'line 2\nline 3', ['/=1B', '/var=2B', '/tmp=3B']],
  ['\n\nOK', 'OK', '', []],
  ['|a=1', '(no output)', '', ['a=1']],
  ['', '(no output)', '', []],
  ['OK\r\nmore\r\n', 'OK', 'more', []],
  ['OK cpu is great:\n   ##\n  #  #', 'OK cpu is great:', '   ##\n  #  #', []],
])('%j is taken apart', (printed, output, longOutput, perfdata) => {
  expect(parsePluginOutput(printed)).toEqual({ output, longOutput, perfdata });
});

test('colours and other control characters are removed, tabs and newlines are not', () => {
  expect(withoutControls('\u001b[31mred\u001b[0m\tand\u0007 \u0000plain\n\u009bx')).toBe('red\tand plain\nx');
});

test('a text is cut at a whole character', () => {
  expect(withinBytes('aéé', 4)).toBe('aé');
  expect(withinBytes('aéé', 5)).toBe('aéé');
  expect(Buffer.byteLength(parsePluginOutput('é'.repeat(9_000)).output)).toBeLessThanOrEqual(4_096);
});
