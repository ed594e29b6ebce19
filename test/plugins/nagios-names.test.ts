import { expect, test } from 'vitest';
import { cleaned, serviceNames, templatesOf } from '../../src/plugins/nagios-names.ts';

test.each([
  ['a line\nand another', 'a line and another'],
  ['a;comment', 'acomment'],
  ['\u001b[31mred\u0007', 'red'],
  ['C:\\dir', 'C:\\dir'],
  ['swallows the next line\\\\', 'swallows the next line'],
])('%j is written as %j', (text, written) => {
  expect(cleaned(text)).toBe(written);
});

test.each<[readonly string[], object]>([
  [['linux/load-average'], { 'linux/load-average': 'Agent-load-average' }],
  [
    ['b/web/http', 'a/http', 'a/disk'],
    { 'a/disk': 'Agent-disk', 'a/http': 'Agent-a-http', 'b/web/http': 'Agent-b-http' },
  ],
  [['a/x/http', 'a/y/http'], { 'a/x/http': 'Agent-a/x/http', 'a/y/http': 'Agent-a/y/http' }],
  [['a/x$y'], { 'a/x$y': 'Agent-xy' }],
  [['alone'], { alone: 'Agent-alone' }],
])('checks %j become the services %j', (ids, names) => {
  expect(Object.fromEntries(serviceNames(ids))).toEqual(names);
});

test('characters that mean something else in a list of templates are replaced', () => {
  expect(templatesOf(['agent', 'v1.2', 'os:linux', 'a$', ''])).toBe('agent,v1--2,os--linux,a');
});
