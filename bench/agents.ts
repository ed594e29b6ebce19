import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Running, Workplace } from './workplace.ts';

const LOOK_MS = 5;
const PATIENCE_MS = 15_000;
const root = fileURLToPath(new URL('../', import.meta.url));
const FREE_PORTS = {
  OPSBRO_PORT: '0',
  OPSBRO_PEER_PORT: '0',
  OPSBRO_HTTP__PORT: '0',
  OPSBRO_WEBSOCKET__PORT: '0',
  OPSBRO_DNS__PORT: '0',
};

/** Builds the agent if that has to be done. */
export function ensureBuilt(): void {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'ensure-built.mjs')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the agent cannot be built');
}

/** Starts the built agent with a home of its own; its ports are free ones unless `env` says otherwise. */
export async function startAgent(
  place: Workplace,
  home: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Running & { readonly home: string }> {
  const path = await place.directory(home);
  const all = ['agent', 'start', '--home', path, ...args];
  return { ...place.start(join(root, 'bin', 'opsbro'), all, { ...FREE_PORTS, OPSBRO_HOME: '', ...env }), home: path };
}

/** The port that an agent has bound for a door, as soon as it has. */
export async function portOf({ home, ...running }: Running & { readonly home: string }, door: string): Promise<number> {
  return await soon(running, async () => {
    const text = await readFile(join(home, 'data', 'ports.json'), 'utf8').catch(() => '{}');
    return (JSON.parse(text) as Readonly<Record<string, number>>)[door];
  });
}

/** Asks again and again until there is an answer; fails when the program ends or the time is over, which is 15 s when left out. */
export async function soon<Answer>(
  running: Running,
  ask: () => Promise<Answer | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const until = performance.now() + patienceMs;
  while (running.child.exitCode === null && performance.now() < until) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(LOOK_MS);
  }
  throw new Error(`the program does not do what it should; it printed:\n${running.printed()}`);
}
