import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

interface Mailbox extends AsyncDisposable {
  readonly port: number;
  /** What was delivered: headers and text as they came. */
  readonly mails: readonly string[];
}

/** A mail server on loopback that keeps what it is sent; `refuse` is what it answers to the first command instead of yes. */
export async function mailbox(refuse?: string): Promise<Mailbox> {
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    converse(socket, (mail) => mails.push(mail), refuse);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function converse(socket: Socket, deliver: (mail: string) => void, refuse = '250 yes'): void {
  let received = '';
  let isMail = false;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    received += chunk.toString();
    for (let end = received.indexOf(mark()); end >= 0; end = received.indexOf(mark())) {
      const part = received.slice(0, end);
      received = received.slice(end + mark().length);
      socket.write(`${answer(part)}\r\n`);
    }
  });
  socket.write('220 mailbox\r\n');

  function mark(): string {
    return isMail ? '\r\n.\r\n' : '\r\n';
  }

  function answer(part: string): string {
    if (isMail) {
      isMail = false;
      deliver(part);
      return '250 kept';
    }
    isMail = part === 'DATA';
    if (isMail) return '354 go on';
    if (part === 'STARTTLS') return '502 no TLS here';
    return part === 'QUIT' ? '221 bye' : refuse;
  }
}
