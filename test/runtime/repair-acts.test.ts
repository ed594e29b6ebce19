import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { programFor, RUNNER_ENVIRONMENT } from '../../src/health/programs.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import { startLineChild } from '../../src/net/line-child.ts';
import { systemHost } from '../../src/net/system-host.ts';
import type { Deed } from '../../src/repair/repair-world.ts';
import { rulesOf } from '../../src/repair/rules.ts';
import { act, type CodeOfCheck } from '../../src/runtime/repair-acts.ts';
import { tempDirectory } from '../support/temp.ts';

/** An action with these options, asked for with these values. */
function deed(options: YamlMap, values: Readonly<Record<string, string>> = {}): Deed {
  const doc = { name: 'Fix', info: null, parameters: [], takesRest: false, takesAnyName: false, options };
  const target = { service: 'svc', check: 'Key', outcome: 'unhealthy', code: -1, actions: [doc] } as const;
  const given = { args: [], kwargs: new Map(), values: new Map(Object.entries(values)) };
  return { target, action: doc, rules: rulesOf(doc), given };
}

function world(code?: CodeOfCheck) {
  const host = systemHost(systemClock);
  onTestFinished(() => host[Symbol.asyncDispose]());
  return { host, signal: new AbortController().signal, code };
}

function directory(): string {
  const made = tempDirectory();
  onTestFinished(() => made[Symbol.dispose]());
  return made.path;
}

/** Whether the process whose number a file holds is there and at work; one that has ended and waits to be collected is not. */
function isAlive(file: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${readFileSync(file, 'utf8').trim()}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a command that takes too long is ended with all that it started', async () => {
  const file = join(directory(), 'pid');
  const script = `sleep 60 & echo $! > ${file}; echo waiting; wait`;
  const done = await act(deed({ command: ['sh', '-c', script], timeout: 1 }), world());
  expect(done).toEqual({ exit: null, output: 'waiting\n\ntimeout after 1s', isOk: false });
  assert(existsSync(file));
  await expect.poll(() => isAlive(file)).toBe(false);
});

test('so is a function', async () => {
  const cwd = directory();
  const file = join(cwd, 'pid');
  const path = join(cwd, 'key_check.js');
  writeFileSync(
    path,
    `const { spawn } = require('node:child_process');
    function Fix() {
      const child = spawn('sleep', ['60']);
      require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
      return new Promise(() => {});
    }
    exports.Key = class Key { Check() { return -1; } Diagnose() { return ['Bad.', [Fix]]; } };`,
  );
  const setting = {
    ...{ argv: programFor('javascript'), env: RUNNER_ENVIRONMENT, cwd, clock: systemClock, log: silent },
    answers: { collector: () => null, exec: async () => null },
    launch: startLineChild,
  };
  const code = { place: { path, name: 'Key' }, setting, context: { node: 'one', groups: [], config: {} } };
  const done = await act(deed({ timeout: 2 }), world(code));
  expect(done).toMatchObject({ exit: null, isOk: false });
  expect(done.output).toContain('timeout after 2s');
  assert(existsSync(file));
  await expect.poll(() => isAlive(file)).toBe(false);
});

test.each<[string, YamlMap, { readonly exit: number | null; readonly output: string; readonly isOk: boolean }]>([
  [
    'a word stays one word',
    { command: ['printf', '%s.', '{{arg.x}}', 'b'] },
    { exit: 0, output: "it's; a.b.", isOk: true },
  ],
  ['a shell gets variables', { command: ['echo "$ARG_x"'], shell: true }, { exit: 0, output: "it's; a\n", isOk: true }],
  ['it says how it ended', { command: ['sh', '-c', 'echo no >&2; exit 3'] }, { exit: 3, output: 'no\n', isOk: false }],
  [
    'a signal is said',
    { command: ['sh', '-c', 'kill -9 $$'] },
    { exit: null, output: 'killed by SIGKILL', isOk: false },
  ],
])('of a command: %s', async (_, options, done) => {
  expect(await act(deed(options, { x: "it's; a" }), world())).toEqual(done);
});

test('what has neither a command nor a function is not done', async () => {
  expect(await act(deed({}), world())).toMatchObject({
    isOk: false,
    output: 'Fix has neither a command nor a function',
  });
});
