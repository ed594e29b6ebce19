import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawable } from '../../src/cli/drawable.ts';
import { opsbro } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

function homeWithTutorials() {
  const directory = tempDirectory();
  const pack = join(directory.path, 'data/local-configuration/packs/web');
  for (const name of ['first', 'empty']) {
    mkdirSync(join(pack, 'tutorials', name), { recursive: true });
    writeFileSync(join(pack, 'tutorials', name, 'tutorial.yml'), 'tutorial: {title: Steps}\n');
  }
  writeFileSync(join(pack, 'package.yml'), 'name: web\n');
  const stdout = [
    [0, '$ ls\r\n'],
    [0.2, '\u001b[32ma\u001b]0;title\u0007'],
    [9, 'end'],
  ];
  const recording = { version: 1, width: 80, height: 24, duration: 9.2, stdout };
  writeFileSync(join(pack, 'tutorials/first/tutorial-data.json'), JSON.stringify(recording));
  return { home: directory.path, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

test('tutorials list has those of all packs, and what is wrong with one is told of it alone', async () => {
  using world = homeWithTutorials();
  const { code, out } = await opsbro('tutorials list', { home: world.home });
  expect(code).toBe(0);
  expect(out).toContain('local > web > tutorials > first (Duration: 9s) Steps\n');
  expect(out).toMatch(/local > web > tutorials > empty error: the recording .* is not there Steps\n/);
});

test('tutorials show plays a recording, as fast as it is told', async () => {
  using world = homeWithTutorials();
  expect(await opsbro('tutorials show web/first --speed 1000', { home: world.home })).toMatchObject({
    code: 0,
    out: '$ ls\r\n\u001b[32ma]0;titleend\u001b[0m\n',
  });
  expect(await opsbro('tutorials show frst', { home: world.home })).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean "first"'),
  });
  expect((await opsbro('tutorials show first --speed 0', { home: world.home })).code).toBe(2);
});

test('tutorials show ends when it is interrupted', async () => {
  using world = homeWithTutorials();
  const interrupt = new AbortController();
  const listen = interrupt.signal.addEventListener.bind(interrupt.signal);
  interrupt.signal.addEventListener = (...words: Parameters<typeof listen>) => {
    listen(...words);
    queueMicrotask(() => interrupt.abort());
  };
  const situation = { home: world.home, interrupt: interrupt.signal };
  const { code, out } = await opsbro('tutorials show first --speed 0.5', situation);
  expect(code).toBe(0);
  expect(out).not.toContain('end');
});

test.each([
  ['\u001b[1;32mgreen\u001b[0m\r\n\tx\b', '\u001b[1;32mgreen\u001b[0m\r\n\tx\b'],
  ['\u001b[2J\u001b[H\u001b[?25l', '\u001b[2J\u001b[H\u001b[?25l'],
  ['\u001b[6n\u001b[c\u001b[5i', '[6n[c[5i'],
  ['\u001b]52;c;eA==\u0007', ']52;c;eA=='],
  ['\u009b6n', '6n'],
])('%j is drawn as %j', (text, expected) => {
  expect(drawable(text)).toBe(expected);
});
