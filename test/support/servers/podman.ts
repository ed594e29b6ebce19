import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Server, startServer } from './server.ts';

const run = promisify(execFile);

/** A real engine of containers, which speaks the language of Docker at a socket. Needs root. */
export interface Podman extends Server {
  readonly socket: string;
  /** Runs `podman` with these words on what this engine has; gives what it printed. */
  command(...words: string[]): Promise<string>;
}

/** Starts an engine that has one image, `localhost/made:1`, of one file. */
export async function startPodman(program: string): Promise<Podman> {
  const server = await startServer(({ folder }) => ({
    argv: [program, ...storage(folder), 'system', 'service', '--time=0', `unix://${socketIn(folder)}`],
    env: { HOME: folder },
    answers: async () => existsSync(socketIn(folder)),
  }));
  const { folder } = server;
  const command = async (...words: string[]): Promise<string> => {
    const { stdout } = await run(program, [...storage(folder), ...words], { env: { ...process.env, HOME: folder } });
    return stdout.trim();
  };
  try {
    const content = join(folder, 'content');
    mkdirSync(content);
    writeFileSync(join(content, 'file'), 'text');
    const archive = join(folder, 'image.tar');
    await run('tar', ['-C', content, '-cf', archive, '.']);
    await command('import', '-q', archive, 'localhost/made:1');
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return { ...server, socket: socketIn(folder), command };
}

const socketIn = (folder: string): string => join(folder, 'engine.sock');

/** Everything below the folder, nothing that needs a file system of its own, no word to systemd. */
const storage = (folder: string): string[] => [
  ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')],
  ...['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'],
];
