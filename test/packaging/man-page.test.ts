import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { manPage } from '../../scripts/deb/man-page.ts';
import { COMMANDS } from '../../src/cli/catalog.ts';
import { testWith } from '../support/services.ts';

const page = await manPage('1.2.3', '2026-01-31');

test('the manual page names every command with what it does', () => {
  expect(page.split('\n')[0]).toBe('.TH OPSBRO 1 "2026\\-01\\-31" "opsbro 1.2.3"');
  for (const [path] of COMMANDS) expect(page).toContain(`.SS "opsbro ${path.replaceAll('-', '\\-')}`);
  for (const section of ['NAME', 'OPTIONS', 'EXIT STATUS', 'FILES', 'ENVIRONMENT'])
    expect(page).toContain(`.SH ${section}\n`);
});

testWith('groff', 'the formatter has nothing to say against it', async (groff) => {
  const { status, stderr } = spawnSync(groff, ['-man', '-Tutf8', '-ww', '-z'], { input: page, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
