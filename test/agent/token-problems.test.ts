import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokenProblems } from '../../src/agent/token-problems.ts';
import { secretHash } from '../../src/base/secret.ts';
import { problemText } from '../../src/model/pack.ts';
import { tempDirectory } from '../support/temp.ts';

const GOOD = `- {name: ci, scope: read, hash: ${secretHash('x')}}\n`;

test.each([
  ['a file that is right', GOOD, 0o600, []],
  ['one that others may read', GOOD, 0o644, ['F: warning: can be read by others; run chmod 600 on it']],
  [
    'one that others may change',
    GOOD,
    0o666,
    ['F: error: can be changed by others and counts for nothing; run chmod 600 on it'],
  ],
  [
    'a wrong scope',
    GOOD.replace('read', 'raed'),
    0o600,
    [expect.stringMatching(/^F:1:\d+: error: scope: wrong value .*got "raed"\)$/)],
  ],
])('%s', async (_, text, mode, problems) => {
  using home = tempDirectory();
  const file = join(home.path, 'tokens.yml');
  writeFileSync(file, text);
  chmodSync(file, mode);
  expect((await tokenProblems(home.path)).map((problem) => problemText(problem).replace(file, 'F'))).toEqual(problems);
});
