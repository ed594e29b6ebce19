import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentDirectory } from '../base/current-directory.ts';
import { onEnding } from './ending.ts';
import { run } from './run.ts';
import { sinkOf } from './sink.ts';
import type { World } from './world.ts';

// The command line: a typed client of the agent, and the way to start one.

const world: World = {
  env: process.env,
  cwd: currentDirectory(),
  uid: process.getuid?.() ?? 0,
  userHome: homedir(),
  program: join(dirname(fileURLToPath(import.meta.url)), '..', '..'),
  out: sinkOf(process.stdout),
  err: sinkOf(process.stderr),
  input: process.stdin,
  onInterrupt(task) {
    process.on('SIGINT', task);
    return { [Symbol.dispose]: () => void process.off('SIGINT', task) };
  },
  onEnding: (task) => onEnding(process, task),
  onResize(task) {
    process.stdout.on('resize', task);
    return { [Symbol.dispose]: () => void process.stdout.off('resize', task) };
  },
  outliveOutput() {
    process.stdout.off('error', endWithReader);
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  },
};

/** Who read our output has seen enough: that is a good end. */
function endWithReader(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}

process.stdout.on('error', endWithReader);

void run(process.argv.slice(2), world).then((code) => {
  process.exitCode = code;
});
