import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import { systemCode } from '../base/errors.ts';
import type { Command, Ended } from './host.ts';
import { killMarked, signalGroup } from './run-group.ts';
import { CappedOutput } from './run-output.ts';

/** What a program gets that is given no environment. Nothing of the agent's own leaks. */
const PLAIN_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
} as const;

const OUTPUT_CAP = 65_536;

/** From asking to end until ending by force. */
const TERM_MS = 500;

/** From asking to end until we answer, whatever may still be there. */
const END_MS = 1_000;

/** How long something that a program left behind may hold its output open. */
const HELD_OPEN_MS = 1_000;

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** Why a run is over. */
type Cause = 'exit' | 'late' | 'aborted';

/**
 * Runs a command in a session and process group of its own, to its end or until its time is over: then TERM to the group, KILL 500 ms later,
 * also to what has left the group but carries this run's `OPSBRO_RUN`. Answers at most 1 s after TERM, even if something survives. Rejects
 * with the signal's reason when that aborts, and with the system's error when the program cannot be started.
 */
export async function runCommand(command: Command, signal: AbortSignal, clock: Clock): Promise<Ended> {
  signal.throwIfAborted();
  const { OPSBRO_RUN: mark = randomUUID() } = command.env ?? {};
  const child = await start(command, mark);
  feed(child, command.input);
  const cap = command.outputCap ?? OUTPUT_CAP;
  const [stdout, stderr] = [new CappedOutput(child.stdout, cap), new CappedOutput(child.stderr, cap)];
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const reports = command.hasReports ? new CappedOutput(reportsOf(child), cap) : undefined;
  const cause = await over(child, { clock, signal, timeoutMs: command.timeoutMs });
  if (cause === 'exit') await letGo(child, closed, clock);
  else await putDown(child, { mark, closed, clock });
  if (cause === 'aborted') throw signal.reason;
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    exit: child.exitCode,
    signal: child.signalCode,
    timedOut: cause === 'late',
    cut: stdout.cut || stderr.cut,
    ...(reports && { reports: reports.text }),
  };
}

function start(command: Command, mark: string): Promise<Child> {
  const [program, ...args] = command.argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: command.cwd,
      detached: true,
      env: { ...(command.env ?? PLAIN_ENVIRONMENT), OPSBRO_RUN: mark },
      stdio: [command.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', command.hasReports ? 'pipe' : 'ignore'],
    }) as Child;
    child.once('spawn', () => resolve(child));
    child.on('error', (error) => reject(startFailure(error, command)));
  });
}

/** The system says `ENOENT` of the program also when it is the directory that is missing. */
function startFailure(error: Error, { cwd }: Command): Error {
  if (systemCode(error) !== 'ENOENT' || cwd === undefined || existsSync(cwd)) return error;
  return Object.assign(new Error(`the working directory ${cwd} does not exist`, { cause: error }), { code: 'ENOENT' });
}

interface Limits {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

function over(child: Child, { clock, signal, timeoutMs }: Limits): Promise<Cause> {
  return new Promise((resolve) => {
    const timer = clock.after(timeoutMs, () => end('late'));
    const abort = () => end('aborted');
    const exit = () => end('exit');
    function end(cause: Cause) {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', abort);
      child.off('exit', exit);
      resolve(cause);
    }
    child.once('exit', exit);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** The program has ended by itself; its output is whole when the pipes close, which a child of it may put off. */
async function letGo(child: Child, closed: Promise<void>, clock: Clock): Promise<void> {
  if (await isWithin(closed, HELD_OPEN_MS, clock)) return;
  if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  closePipes(child);
}

interface Ending {
  readonly mark: string;
  readonly closed: Promise<void>;
  readonly clock: Clock;
}

async function putDown(child: Child, ending: Ending): Promise<void> {
  await isWithin(killAll(child, ending), END_MS, ending.clock);
  closePipes(child);
  child.unref();
}

async function killAll(child: Child, { mark, closed, clock }: Ending): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  await isWithin(closed, TERM_MS, clock);
  signalGroup(pid, 'SIGKILL');
  await killMarked(`OPSBRO_RUN=${mark}`);
  await closed;
}

function closePipes(child: Child): void {
  child.stdin?.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdio[3]?.destroy();
}

/** A program need not read what it is given. */
function feed({ stdin }: Child, input: string | undefined): void {
  stdin?.on('error', () => {});
  stdin?.end(input);
}

/** What a program writes to its fourth file. */
function reportsOf({ stdio: [, , , reports] }: Child): Readable {
  return reports instanceof Readable ? reports : Readable.from([]);
}

/** Whether `event` came in time. Answers no later than that. */
function isWithin(event: Promise<void>, ms: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, () => resolve(false));
    void event.then(() => {
      timer[Symbol.dispose]();
      resolve(true);
    });
  });
}
