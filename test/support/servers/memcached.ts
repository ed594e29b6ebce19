import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { isRoot, type Server, startServer } from './server.ts';

/** A real memcached. */
export const startMemcached = (program: string): Promise<Server> =>
  startServer(({ port }) => ({
    argv: [program, ...(isRoot ? ['-u', 'nobody'] : []), ...`-l 127.0.0.1 -p ${port} -U 0 -m 16 -t 1`.split(' ')],
    answers: async () => (await tellMemcached(port, 'version\r\n')).startsWith('VERSION'),
  }));

/** Sends commands to a memcached and gives its answers. */
export async function tellMemcached(port: number, commands: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${commands}quit\r\n`);
  return await text(socket);
}
