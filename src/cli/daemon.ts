/** Starts an agent that goes on when the command has ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { failedWith } from '../base/errors.ts';
import type { Context } from './command.ts';
import { complain } from './complaint.ts';
import { escaped } from './escape.ts';
import { homeOf } from './find-agent.ts';
import { pause } from './initialized.ts';
import { linesOfPart } from './log-files.ts';

const PATIENCE_MS = 30_000;
const LOOK_MS = 50;
const LAST_LINES = 10;

/** Starts an agent with these words behind `agent start`, and waits until it answers. Gives the code to end with: 0, or 2. */
export async function startDaemon(words: readonly string[], context: Context): Promise<0 | 2> {
  const { terminal, globals, world } = context;
  const { log } = homeOf(globals, world);
  mkdirSync(log, { recursive: true, mode: 0o750 });
  const output = join(log, 'start.log');
  const child = launched(words, output, context);
  const until = systemClock.now() + (globals.timeoutMs ?? PATIENCE_MS);
  while (child.exitCode === null && child.signalCode === null && systemClock.now() < until) {
    if (child.pid !== undefined && (await answeringPid(context)) === child.pid) {
      terminal.show({ pid: child.pid }, () => terminal.line(`agent started as pid ${child.pid}`));
      return 0;
    }
    await pause(LOOK_MS);
  }
  tellWhy(child, { log, output, patienceMs: globals.timeoutMs ?? PATIENCE_MS }, context);
  return 2;
}

interface Start {
  readonly log: string;
  /** The file with what the process said before there was a log. */
  readonly output: string;
  readonly patienceMs: number;
}

/** Why there is no agent: what it said last, or that it was not heard of in time. */
function tellWhy({ pid, exitCode, signalCode }: ChildProcess, start: Start, { terminal }: Context): void {
  const lines = textOf(start.output).split('\n');
  const said = lines.filter((line) => line.trim() !== '').slice(-LAST_LINES);
  const isAlive = exitCode === null && signalCode === null;
  const last = isAlive ? '' : takeError(said);
  const logged = linesOfPart(start.log, 'daemon', { lines: LAST_LINES }) ?? [];
  for (const line of [...logged, ...said]) terminal.error(escaped(line));
  const late = `the agent (pid ${pid}) does not answer after ${start.patienceMs / 1_000} s`;
  const ended = `the agent ended at once (${signalCode ?? `code ${exitCode}`}); see ${start.log}`;
  complain(terminal, 'not_started', isAlive ? late : last || ended);
}

/** Takes out the error that a process ended with: the last line that says to be one, else the last of all; empty when there is none. */
function takeError(lines: string[]): string {
  const at = lines.findLastIndex((line) => line.startsWith('error: '));
  return (lines.splice(at, 1)[0] ?? '').replace(/^error: /, '');
}

/** Its lines go to its log files; what it says before there is a log goes to a file that each start begins anew. */
function launched(words: readonly string[], output: string, { world }: Context) {
  // An agent that runs already writes to the file of its own start.
  rmSync(output, { force: true });
  const file = openSync(output, 'w', 0o640);
  try {
    const child = spawn(join(world.program, 'bin', 'opsbro'), ['agent', 'start', ...words], {
      cwd: world.cwd,
      detached: true,
      env: { ...world.env, OPSBRO_LOG_STDOUT: 'false' },
      stdio: ['ignore', file, file],
    });
    child.on('error', () => {}); // its exit code says as much
    child.unref();
    return child;
  } finally {
    closeSync(file);
  }
}

/** The process that answers for this home, if one does already. */
async function answeringPid({ agent }: Context): Promise<number | undefined> {
  try {
    return (await agent.ask('GET /agent/info', {})).pid;
  } catch (error) {
    if (failedWith(error, 'unreachable')) return undefined;
    throw error;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
