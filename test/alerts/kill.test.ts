import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundled } from '../support/bundled.ts';
import { tempDirectory } from '../support/temp.ts';

interface Told {
  readonly alert: string;
  readonly state: string;
  readonly status: string;
  readonly longOutput: string;
}

const KILLS = 5;
const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

const start = (home: string, what: string, seed: number): ChildProcess =>
  fork(`${home}/story.mjs`, [home, what, String(seed)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });

/** Waits for a message of a child that lives. */
async function messageOf(child: ChildProcess): Promise<void> {
  const ended = new AbortController();
  const told = once(child, 'message', { signal: ended.signal });
  const exit = () => ended.abort(new Error(`it ended with ${child.exitCode}`));
  child.once('exit', exit);
  await told.finally(() => child.off('exit', exit));
}

/** The last word on an alert has to be how it ended, said once. */
function faultOf(alert: { readonly state: string; readonly status: string }, told: readonly Told[]): string {
  const ends = told.filter(({ status }) => status === 'resolved').length;
  if (ends > 1) return 'its end was told more than once';
  if (alert.status === 'firing' && told.at(-1)?.state !== alert.state) return 'it fires and that is not known';
  if (alert.status === 'resolved' && told.length > 0 && told.at(-1)?.status !== 'resolved')
    return 'its end was not told';
  return '';
}

test('an agent that is killed again and again tells everything, and at most one message twice for each time', async () => {
  using home = tempDirectory();
  writeFileSync(`${home.path}/story.mjs`, await bundled('alert-story.ts'));
  symlinkSync(packages, `${home.path}/node_modules`);
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = start(home.path, 'go', kill);
    // Each message that it tells of arrived; what it does after that is as chance will have it.
    for (let told = 0; told < 5 + 4 * kill; told++) await messageOf(child);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const [code] = await once(start(home.path, 'calm', 9), 'exit');
  expect(code).toBe(0);

  const lines = readFileSync(`${home.path}/told`, 'utf8').trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as { readonly id: string; readonly told: readonly Told[] });
  const messages = new Map(all.map((message) => [message.id, message]));
  expect(all.length - messages.size).toBeLessThanOrEqual(KILLS);
  const alerts = JSON.parse(readFileSync(`${home.path}/end`, 'utf8')) as {
    id: string;
    state: string;
    status: string;
  }[];
  expect(alerts.length).toBeGreaterThan(5);
  const toldOf = (id: string) => [...messages.values()].flatMap(({ told }) => told.filter(({ alert }) => alert === id));
  const faults = alerts
    .map((alert) => [alert.id, faultOf(alert, toldOf(alert.id))])
    .filter(([, fault]) => fault !== '');
  expect(faults).toEqual([]);
}, 60_000);
