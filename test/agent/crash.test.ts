import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { crashText } from '../../src/agent/crash.ts';
import { tempDirectory } from '../support/temp.ts';

const known = { at: Date.UTC(2026, 0, 2, 15, 4, 5), version: '1.2.3', nodeVersion: '20.19.0' };

test('what nobody caught is written with time, version, part and stack', () => {
  const error = new Error('a bug');
  error.stack = 'Error: a bug\n    at step (file:///usr/lib/opsbro/dist/gossip/core/rules.js:12:3)';
  expect(crashText({ ...known, error })).toBe(
    `2026-01-02T15:04:05.000Z opsbro 1.2.3 node 20.19.0 part gossip\n${error.stack}\n\n`,
  );
});

test('of bundled code the part is the one whose source stands there, and packages have none', () => {
  using home = tempDirectory();
  const chunk = join(home.path, 'dist', 'chunks', 'chunk-1.js');
  mkdirSync(dirname(chunk), { recursive: true });
  writeFileSync(chunk, '// src/base/ring.ts\nlet a;\n\n// node_modules/zod/a.js\nlet b;\n\n// src/kv/kv.ts\nlet c;\n');
  const textAt = (...places: readonly string[]) => {
    const error = new Error('a bug');
    error.stack = ['Error: a bug', ...places.map((at) => `    at step (${pathToFileURL(chunk)}:${at})`)].join('\n');
    return crashText({ ...known, error });
  };

  expect(textAt('8:3')).toContain('part kv\n');
  expect(textAt('5:3', '2:1')).toContain('part base\n');
  expect(textAt('5:3')).toContain('part unknown\n');
});

test.each([['a text'], [undefined], [{ odd: true }]])('%j can be thrown as well', (error) => {
  expect(crashText({ ...known, error })).toContain('part unknown\n');
});
