import { readFileSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { failedWith, OpsbroError } from '../base/errors.ts';
import type { Context } from './command.ts';
import { pause } from './initialized.ts';

const PATIENCE_MS = 30_000;

/** Stops the agent and waits until its process is gone; answers whether there was one. Throws `unreachable` when it does not end. */
export async function stopAgent(context: Context, how: { readonly leave: boolean }): Promise<boolean> {
  const { agent, globals } = context;
  const pid = await pidOf(context);
  if (pid === undefined) return false;
  await agent.ask('POST /agent/stop', { body: how });
  await gone(pid, globals.timeoutMs ?? PATIENCE_MS);
  return true;
}

async function pidOf({ agent }: Context): Promise<number | undefined> {
  try {
    return (await agent.ask('GET /agent/info', {})).pid;
  } catch (error) {
    if (failedWith(error, 'unreachable')) return undefined;
    throw error;
  }
}

/** The door closes early in a stop; only the end of the process says that everything is on disk. */
async function gone(pid: number, patienceMs: number): Promise<void> {
  const until = systemClock.now() + patienceMs;
  while (isAlive(pid)) {
    if (systemClock.now() > until)
      throw new OpsbroError('unreachable', `the agent (pid ${pid}) is still stopping after ${patienceMs / 1_000} s`);
    await pause(20);
  }
}

/** A process that ended but whose parent has not asked how (state Z) holds nothing any more. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return process.platform !== 'linux'; // elsewhere there is no /proc; here the process has just gone
  }
}
