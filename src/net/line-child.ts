import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { LineChannel } from './line-channel.ts';
import { signalGroup } from './run-group.ts';

const OUTPUT_TAIL = 4_096;
const HELD_OPEN_MS = 200;

/** A program that is talked with by messages on its descriptor 3; what it prints is text for people. */
export interface LineChild {
  readonly pid: number | undefined;
  /** The last 4 KiB that it printed. */
  readonly printed: string;
  send(message: unknown): void;
  /** Says that nothing more will be asked, upon which it ends by itself. */
  finish(): void;
  /** Ends it with everything of its process group, at once. */
  kill(): void;
}

/** How such a program is started, and who hears of it. */
export interface LineProgram {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  onMessage(message: unknown): void;
  /** Is called once, with the reason: an exit code, a signal, or why it could not be started. */
  onEnd(reason: string): void;
}

/** Starts a program in a process group of its own. */
export function startLineChild({ argv, env, cwd, onMessage, onEnd }: LineProgram): LineChild {
  const [program, ...args] = argv;
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let printed = '';
  let isOver = false;
  const end = (reason: string) => {
    if (isOver) return;
    isOver = true;
    kill();
    onEnd(reason);
  };
  function kill(): void {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => {
      printed = (printed + piece.toString('utf8')).slice(-OUTPUT_TAIL);
    });
  }
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => {
    const reason = signal === null ? `exit code ${code}` : `killed by ${signal}`;
    // What it printed last comes before the pipes close, which something it left behind may put off.
    child.once('close', () => end(reason));
    setTimeout(() => end(reason), HELD_OPEN_MS).unref();
  });
  const stream = child.stdio[3] as Duplex;
  const channel = new LineChannel(stream, (message) => !isOver && onMessage(message), end);
  return {
    pid: child.pid,
    get printed() {
      return printed;
    },
    send: (message) => channel.send(message),
    finish: () => void stream.end(),
    kill,
  };
}
