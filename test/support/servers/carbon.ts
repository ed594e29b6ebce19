import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { freePort, type Server, startServer } from './server.ts';

/** A real carbon-cache, which keeps what it gets in files of whisper below its folder. */
export interface Carbon extends Server {
  readonly picklePort: number;
}

/** Starts one; with `port` at that one. */
export async function startCarbon(program: string): Promise<Carbon> {
  const picklePort = await freePort();
  const queryPort = await freePort();
  const server = await startServer(({ folder, port }) => {
    for (const name of ['whisper', 'log']) mkdirSync(join(folder, name));
    const lines = [
      '[cache]',
      ...[`STORAGE_DIR = ${folder}/`, `LOCAL_DATA_DIR = ${folder}/whisper/`, `CONF_DIR = ${folder}/`],
      ...[`LOG_DIR = ${folder}/log/`, `PID_DIR = ${folder}/`, 'USER =', 'DATABASE = whisper'],
      ...['MAX_CACHE_SIZE = inf', 'MAX_UPDATES_PER_SECOND = inf', 'MAX_CREATES_PER_MINUTE = inf'],
      ...['LINE_RECEIVER_INTERFACE = 127.0.0.1', `LINE_RECEIVER_PORT = ${port}`],
      ...['PICKLE_RECEIVER_INTERFACE = 127.0.0.1', `PICKLE_RECEIVER_PORT = ${picklePort}`],
      ...['CACHE_QUERY_INTERFACE = 127.0.0.1', `CACHE_QUERY_PORT = ${queryPort}`],
      ...['ENABLE_UDP_LISTENER = False', 'LOG_UPDATES = False', 'LOG_CREATES = False', 'ENABLE_LOGROTATION = False'],
    ];
    writeFileSync(join(folder, 'carbon.conf'), `${lines.join('\n')}\n`);
    writeFileSync(join(folder, 'storage-schemas.conf'), '[all]\npattern = .*\nretentions = 10s:1h\n');
    return {
      argv: [program, `--config=${folder}/carbon.conf`, '--debug', 'start'],
      env: { GRAPHITE_ROOT: folder },
      seconds: 30,
      answers: () => isOpen(port),
    };
  });
  return { ...server, picklePort, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => resolve(true));
    socket.on('error', () => resolve(false)).once('connect', () => socket.destroy());
  });
