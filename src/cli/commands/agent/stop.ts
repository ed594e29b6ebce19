import { readFileSync } from 'node:fs';
import { systemClock } from '../../../base/clock.ts';
import { failedWith, OpsbroError } from '../../../base/errors.ts';
import type { Context } from '../../command.ts';
import { defineCommand } from '../../command.ts';
import { pause } from '../../initialized.ts';

const PATIENCE_MS = 30_000;

export default defineCommand({
  options: { leave: { kind: 'flag', description: 'tell the pool that the node goes on purpose' } },
  examples: ['agent stop', 'agent stop --leave --timeout 10s'],
  route: 'POST /agent/stop',
  async run({ options }, context) {
    const { agent, terminal, globals } = context;
    const pid = await pidOf(context);
    if (pid === undefined) {
      terminal.error('error: no agent is running');
      return 1;
    }
    await agent.ask('POST /agent/stop', { body: { leave: options.leave } });
    await gone(pid, globals.timeoutMs ?? PATIENCE_MS);
    terminal.show({ stopped: true }, () => terminal.line('OK'));
    return 0;
  },
});

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
