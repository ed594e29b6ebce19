import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

type Answer = Readonly<Record<string, unknown>>;

/** A made-up MongoDB that speaks the real protocol at a port of its own; `answers` is told of each command and its name. */
export async function pretendMongo(
  answers: (name: string, command: Answer) => Answer,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => {}));
    socket.once('close', () => open.delete(socket));
    let waiting = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
        const message = waiting.subarray(0, waiting.readInt32LE(0));
        waiting = waiting.subarray(message.length);
        socket.write(replyTo(message, answers));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const GREETING = { isWritablePrimary: true, helloOk: true, minWireVersion: 0, maxWireVersion: 25, ok: 1 };

function replyTo(message: Buffer, answers: (name: string, command: Answer) => Answer): Buffer {
  const [id, kind] = [message.readInt32LE(4), message.readInt32LE(12)];
  // A query has flags, the name of a collection and two numbers before its document, a message has flags and the kind of a section.
  const start = kind === OP_QUERY ? message.indexOf(0, 20) + 9 : 21;
  const command = BSON.deserialize(message.subarray(start, start + message.readInt32LE(start)));
  const [name = ''] = Object.keys(command);
  const isGreeting = /^(hello|ismaster)$/i.test(name);
  const document = BSON.serialize(isGreeting ? { ...GREETING, ...answers(name, command) } : answers(name, command));
  const head =
    kind === OP_QUERY ? Buffer.from([8, 0, 0, 0, ...new Uint8Array(12), 1, 0, 0, 0]) : Buffer.from([0, 0, 0, 0, 0]);
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + head.length + document.length, 0);
  header.writeInt32LE(id, 8);
  header.writeInt32LE(kind === OP_QUERY ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, head, document]);
}
