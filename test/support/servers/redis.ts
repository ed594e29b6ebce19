import { connect } from 'node:net';
import { join } from 'node:path';
import { type Server, startServer } from './server.ts';

interface Setting {
  readonly password?: string;
  /** Further options, such as `--cluster-enabled yes`. */
  readonly options?: readonly string[];
}

/** A real Redis that keeps nothing on disk, at its port and at `redis.sock` in its folder; with a password when one is given. */
export const startRedis = (program: string, { password = '', options = [] }: Setting = {}): Promise<Server> =>
  startServer(({ folder, port }) => {
    const words = ['--bind', '127.0.0.1', '--port', `${port}`, '--unixsocket', join(folder, 'redis.sock')];
    const login = password === '' ? [] : ['--requirepass', password];
    return {
      argv: [program, ...words, '--save', '', '--dir', folder, ...login, ...options],
      answers: async () => /^(\+PONG|-NOAUTH|-NOPERM)/.test(await sayRedis(port, 'PING')),
    };
  });

/** What a Redis answers to a line, such as `PING`. */
export function sayRedis(port: number, ...lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write([...lines, 'QUIT', ''].join('\r\n')));
    socket.on('data', (bytes) => (answer += bytes.toString()));
    socket.once('end', () => resolve(answer));
    socket.once('error', reject);
  });
}
