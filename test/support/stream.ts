import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';

/** A message of the stream. */
export const frame = (channel: string, payload: object) => JSON.stringify({ channel, index: 1, ts: 0, payload });

/** The stream of a fake agent: every client gets these frames. */
export function stream(server: Server, frames: readonly string[]) {
  const door = new WebSocketServer({ server, path: '/ws' });
  door.on('connection', (client) => {
    for (const each of frames) client.send(each);
  });
  return {
    door,
    [Symbol.dispose]() {
      for (const client of door.clients) client.terminate();
      door.close();
    },
  };
}
